-- ARGV[2]: the cursor's epoch, [3]: its id, empty for none, [4]: the most entries, [5]: the most bytes, [6]: without a cursor,
-- how many ms ago to begin, empty for now. The verdict is 'trimmed' where the stream doesn't reach back so far.
-- Returns {verdict, epoch, last id, entries, whether there are more}.
-- A cursor is good only if its entry is still there or is the last one ever added: a stream doesn't tell what was trimmed
-- (max-deleted-entry-id stays 0-0). One script, so that nothing is trimmed between the question and the reading.
local last
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for at = 1, #info, 2 do
  if info[at] == 'last-generated-id' then last = info[at + 1] end
end
local from = ARGV[3]
if ARGV[6] ~= '' then
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  -- Any number may come from outside; an id below 0 would be an error.
  local began = string.format('%.0f', math.max(0, now - tonumber(ARGV[6]) - 1))
  -- Its first entry, and so each after it, is still there.
  local before = redis.call('XREVRANGE', KEYS[1], began, '-', 'COUNT', 1)
  if #before == 0 then return {'trimmed', epoch, last, {}, 0} end
  from = before[1][1]
elseif from == '' then
  return {'resumed', epoch, last, {}, 0}
elseif ARGV[2] ~= epoch then
  return {'foreign', epoch, last, {}, 0}
elseif from ~= last and #redis.call('XRANGE', KEYS[1], from, from) == 0 then
  return {'trimmed', epoch, last, {}, 0}
end
local entries, bytes = {}, 0
while true do
  local page = redis.call('XRANGE', KEYS[1], '(' .. from, '+', 'COUNT', 128)
  for _, entry in ipairs(page) do
    for _, text in ipairs(entry[2]) do bytes = bytes + #text end
    if #entries >= tonumber(ARGV[4]) or bytes > tonumber(ARGV[5]) then
      return {'resumed', epoch, last, entries, 1}
    end
    entries[#entries + 1] = entry
    from = entry[1]
  end
  if #page < 128 then return {'resumed', epoch, last, entries, 0} end
end
