-- The requests of one operation, for wrk; rows are numbered as in operations.py.
-- Arguments: method, path (with {id} and {owner}), body ("" for none; @ is the number), which rows
-- ("seeded", "create" or "delete"), the first number, how many numbers each thread has.
local OWNERS, ROWS = 1001, 100
local threads = 0

function setup(thread)
  thread:set("place", threads)
  threads = threads + 1
end

function init(args)
  method, path, body, rows = args[1], args[2], args[3], args[4]
  number = tonumber(args[5]) + place * tonumber(args[6])
end

function request()
  local owner, row = number % OWNERS, math.floor(number / OWNERS) % ROWS
  if rows == "create" then owner, row = OWNERS, 0 end
  if rows == "delete" then owner, row = OWNERS + 1, number end
  local name = string.format("owner-%d", owner)
  local target = path:gsub("{owner}", name)
  target = target:gsub("{id}", string.format("%08x-0000-7000-8000-%012x", owner, row))
  local headers = { ["X-User-ID"] = name }
  local sent = nil
  if body ~= "" then
    headers["Content-Type"] = "application/json"
    sent = body:gsub("@", tostring(number))
  end
  number = number + 1
  return wrk.format(method, target, headers, sent)
end

function done(summary, latency, _)
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
