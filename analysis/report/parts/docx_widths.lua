-- In Word, makes tall figures fit a page, gives each column of a table the width that its longest cell needs, and its cells the style "Table Text".
local CHARACTERS = 124 -- that fit on a line of a landscape page in that style
local NAME = 30 -- of them at most for the first column, whose words may wrap; numbers may not

function Image(img)
  img.attributes.height = FORMAT == "docx" and img.attributes["word-height"] or nil
  return img
end

function Table(t)
  if FORMAT ~= "docx" then return nil end
  local longest, total = {}, 0
  local function each(rows)
    for _, row in ipairs(rows) do
      for c, cell in ipairs(row.cells) do
        longest[c] = math.max(longest[c] or 0, utf8.len(pandoc.utils.stringify(cell.contents)))
        cell.contents = {pandoc.Div(cell.contents, {["custom-style"] = "Table Text"})}
      end
    end
  end
  each(t.head.rows)
  for _, body in ipairs(t.bodies) do each(body.body) end
  if longest[1] then longest[1] = math.min(longest[1], NAME) end
  for _, n in ipairs(longest) do total = total + n + 3 end
  for c, spec in ipairs(t.colspecs) do
    t.colspecs[c] = {spec[1], math.min(1, total / CHARACTERS) * (longest[c] + 3) / total}
  end
  return t
end
