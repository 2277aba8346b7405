-- Markdown in, HTML out, chapter after chapter, in one pandoc: run by warm.py as `pandoc lua warm.lua READER WRITER`.
-- The first thing on stdin are the abbreviations that the command line would read from its data files. A message is
-- its length in bytes, a line feed, and the bytes; an answer to one is three of them: what pandoc's command would have
-- printed, its log as JSON, and what went wrong.
local reader, writer = arg[1], arg[2]

local function take()
  local length = tonumber(io.read('l'))
  if not length then os.exit(0) end
  return length > 0 and io.read(length) or ''
end

local function give(...)
  for _, text in ipairs {...} do io.write(#text, '\n', text) end
  io.flush()
end

local abbreviations = {}
for line in take():gmatch('[^\n]+') do abbreviations[line] = true end
-- Where it matters these are the command line's defaults, which are not always the interpreter's.
local reading = pandoc.ReaderOptions {abbreviations = abbreviations, columns = 72}
local writing = pandoc.WriterOptions {highlight_method = 'none', html_math_method = 'mathml', wrap_text = 'none'}

-- The log has its last remark first.
local function in_order(log)
  local turned = {}
  for at = #log, 1, -1 do turned[#turned + 1] = log[at] end
  return #turned > 0 and pandoc.json.encode(turned) or '[]'
end

local function convert(text)
  local nothing = {} -- the files that a reader in its sandbox may read
  return pandoc.write(pandoc.read(text, reader, reading, nothing), writer, writing)
end

io.stdout:setvbuf('full')
give(tostring(PANDOC_VERSION))
while true do
  local text = take()
  local log, done, result = pandoc.log.silence(pcall, convert, text)
  if done then
    give(result, in_order(log), '')
  else
    give('', '[]', tostring(result))
  end
end
