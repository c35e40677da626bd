-- On the page, the first cell of each row is its head: it is read aloud with every number, and stays when a table scrolls.
function Table(t)
  for _, body in ipairs(t.bodies) do body.row_head_columns = 1 end
  return t
end
