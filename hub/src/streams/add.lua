-- ARGV[2]: the most entries, [3]: the field, [4]: the body. KEYS[3] and ARGV[5], if given: the lease, and who must hold it.
-- Returns {epoch, id}, or nothing when the lease is another's.
if KEYS[3] and redis.call('GET', KEYS[3]) ~= ARGV[5] then return {} end
return {epoch, redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', ARGV[3], ARGV[4])}
