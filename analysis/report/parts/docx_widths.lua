-- In Word, makes tall figures fit a page, gives each column of a table the width that its longest cell needs, and its
-- cells the style "Table Text", or "Table Text Kept", which stays on the page of the next row.
local CHARACTERS = 136 -- that fit on a line of a landscape page in that style
local NAME = 30 -- of them at most for the first column, whose words may wrap; numbers may not
local ROWS = 26 -- at most of a table that is kept on one page; of a longer one only the first rows stay together
local FIRST = 3

function Image(img)
  img.attributes.height = FORMAT == "docx" and img.attributes["word-height"] or nil
  return img
end

function Table(t)
  if FORMAT ~= "docx" then return nil end
  local longest, total, rows = {}, 0, {}
  for _, row in ipairs(t.head.rows) do table.insert(rows, row) end
  for _, body in ipairs(t.bodies) do
    for _, row in ipairs(body.body) do table.insert(rows, row) end
  end
  for r, row in ipairs(rows) do
    local kept = r < #rows and (#rows <= ROWS or r <= FIRST)
    for c, cell in ipairs(row.cells) do
      longest[c] = math.max(longest[c] or 0, utf8.len(pandoc.utils.stringify(cell.contents)))
      -- a paragraph: pandoc gives plain words the style "Compact", whatever stands around them
      local words = pandoc.Para(pandoc.utils.blocks_to_inlines(cell.contents))
      cell.contents = {pandoc.Div({words}, {["custom-style"] = kept and "Table Text Kept" or "Table Text"})}
    end
  end
  if longest[1] then longest[1] = math.min(longest[1], NAME) end
  for _, n in ipairs(longest) do total = total + n + 3 end
  for c, spec in ipairs(t.colspecs) do
    t.colspecs[c] = {spec[1], math.min(1, total / CHARACTERS) * (longest[c] + 3) / total}
  end
  return t
end
