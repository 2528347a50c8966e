-- Alerts in the form of Alertmanager, from so many connections: unique ones in batches of 50, unique
-- ones alone, or a storm of repeats. Prints how many requests were answered how.
local token, mode = os.getenv("BIFOLD_TOKEN"), os.getenv("BIFOLD_MODE")
local threads = {}
local number, sent = 0, 0

function setup(thread)
  thread:set("place", #threads)
  table.insert(threads, thread)
end

local function alert(key)
  return string.format('{"status":"firing","labels":{"alertname":"DiskAlmostFull","instance":"%s",' ..
    '"severity":"critical","job":"node"},"annotations":{"summary":"Disk almost full"},' ..
    '"startsAt":"2026-01-01T00:00:00Z","endsAt":"0001-01-01T00:00:00Z",' ..
    '"generatorURL":"http://prometheus/graph","fingerprint":"%s"}', key, key)
end

local function body(group, alerts)
  return '{"version":"4","groupKey":"' .. group .. '","status":"firing","alerts":[' ..
    table.concat(alerts, ",") .. "]}"
end

local function unique(count)
  local alerts = {}
  for n = 1, count do
    number = number + 1
    alerts[n] = alert(mode .. place .. "-" .. number)
  end
  return alerts
end

function request()
  local text
  if mode == "batch" then
    text = body("one", unique(50))
  elseif mode == "single" then
    text = body("one", unique(1))
  else
    number = number + 1
    text = body("one", { alert("repeat-" .. number % 200) })
  end
  local headers = { Authorization = "Bearer " .. token, ["Content-Type"] = "application/json" }
  return wrk.format("POST", nil, headers, text)
end

accepted, busy, other = 0, 0, 0
function response(status)
  if status == 202 then accepted = accepted + 1
  elseif status == 503 then busy = busy + 1
  else other = other + 1 end
end

function done(summary, latency)
  local a, b, o = 0, 0, 0
  for _, thread in ipairs(threads) do
    a, b, o = a + thread:get("accepted"), b + thread:get("busy"), o + thread:get("other")
  end
  print(string.format('FIGURES {"accepted":%d,"busy":%d,"other":%d,"seconds":%.3f,"p95_ms":%.3f}',
    a, b, o, summary.duration / 1e6, latency:percentile(95) / 1e3))
end
