-- The requests of one operation for wrk; operations.py numbers the rows in the same way.
-- Arguments: method, path (with {id} and {owner}), body ("" for none; @ is the number), first number, numbers
-- per thread, owners, rows, and the first row number of rows to delete (0 for other operations).
local threads = 0

function setup(thread)
  thread:set("place", threads)
  threads = threads + 1
end

function init(args)
  method, path, body = args[1], args[2], args[3]
  number = tonumber(args[4]) + place * tonumber(args[5])
  owners, rows, deletable = tonumber(args[6]), tonumber(args[7]), tonumber(args[8])
end

function request()
  local owner, row = number % owners, math.floor(number % rows / owners)
  if deletable > 0 then row = deletable + number end
  local name = string.format("owner-%d", owner)
  local target = path:gsub("{owner}", name)
  target = target:gsub("{id}", string.format("%08x-0000-7000-8000-%012x", owner, row))
  local headers = { ["X-User-ID"] = name }
  local text = nil
  if body ~= "" then
    headers["Content-Type"] = "application/json"
    text = body:gsub("@", tostring(number))
  end
  number = number + 1
  return wrk.format(method, target, headers, text)
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
