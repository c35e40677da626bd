-- On the page, the first cells of each row are its head: they are read aloud with every number, and stay when a table
-- scrolls. There are two of them where the first does not tell all rows apart, such as a scale and who answered.
local function rows_differ(body)
  local seen = {}
  for _, row in ipairs(body.body) do
    local name = pandoc.utils.stringify(row.cells[1].contents)
    if seen[name] then return false end
    seen[name] = true
  end
  return true
end

function Table(t)
  for _, row in ipairs(t.head.rows) do
    for _, cell in ipairs(row.cells) do cell.attributes.scope = "col" end
  end
  for _, body in ipairs(t.bodies) do
    body.row_head_columns = rows_differ(body) and 1 or 2
    if body.row_head_columns == 2 then t.attr.classes:insert("two-heads") end
    for _, row in ipairs(body.body) do
      for c = 1, body.row_head_columns do row.cells[c].attributes.scope = "row" end
    end
  end
  return t
end
