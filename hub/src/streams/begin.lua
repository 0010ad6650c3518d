-- KEYS: the stream, the epoch. ARGV[1]: the name of a new epoch.
-- Without its epoch, or without the stream, history begins anew. The first entry makes an id that a cursor can name.
local epoch = redis.call('GET', KEYS[2])
if not epoch or redis.call('EXISTS', KEYS[1]) == 0 then
  epoch = ARGV[1]
  redis.call('SET', KEYS[2], epoch)
  redis.call('XADD', KEYS[1], '*', 'epoch', epoch)
end
