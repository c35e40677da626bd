-- Gives each column of a Word table the width that its longest cell needs.
function Table(t)
  if FORMAT ~= "docx" then return nil end
  local longest, total = {}, 0
  local function measure(rows)
    for _, row in ipairs(rows) do
      for c, cell in ipairs(row.cells) do
        longest[c] = math.max(longest[c] or 0, utf8.len(pandoc.utils.stringify(cell.contents)))
      end
    end
  end
  measure(t.head.rows)
  for _, body in ipairs(t.bodies) do measure(body.body) end
  for _, n in ipairs(longest) do total = total + n + 2 end
  for c, spec in ipairs(t.colspecs) do
    t.colspecs[c] = {spec[1], math.min(1, total / 80) * (longest[c] + 2) / total}
  end
  return t
end
