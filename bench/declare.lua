-- Declares incidents over the API, for wrk:
--   BIFOLD_TOKEN=… wrk -t1 -c32 -d5s --latency -s declare.lua URL/api/v1/incidents -- bodies.jsonl
-- Each line of the file is a body; they are sent in turn. The last line printed begins with
-- FIGURES and is JSON.

local bodies, n, headers = {}, 0, {}

function init(args)
  for line in io.lines(args[1]) do
    bodies[#bodies + 1] = line
  end
  headers["Content-Type"] = "application/json"
  headers["Authorization"] = "Bearer " .. os.getenv("BIFOLD_TOKEN")
end

function request()
  n = n % #bodies + 1
  return wrk.format("POST", nil, headers, bodies[n])
end

function done(summary, latency, requests)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format(
    'FIGURES {"requests":%d,"failed":%d,"per_second":%.2f,"p50_ms":%.3f,"p95_ms":%.3f,"p99_ms":%.3f}\n',
    summary.requests, failed, summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
