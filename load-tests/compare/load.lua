-- What wrk sends: the scenario's host, paced by a pause before each request.
local scenario = os.getenv("SCENARIO")
local pause = tonumber(os.getenv("DELAY"))
local hosts = tonumber(os.getenv("HOSTS"))

-- Set before wrk takes over the table: with one fixed request it need not build each anew.
if scenario == "handshakes" then
  wrk.headers["Connection"] = "close"
end

if scenario == "hosts" then
  request = function()
    return wrk.format("GET", "/", { Host = "host" .. math.random(0, hosts - 1) .. ".test" })
  end
end

if pause > 0 then
  delay = function()
    -- Spread by half up and down, so that the connections do not march in step.
    return math.floor(pause * (0.5 + math.random()))
  end
end

done = function(summary, latency)
  local errors = summary.errors
  local count = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format("RESULT %d %d %d %.0f", summary.requests, count, summary.duration, latency:percentile(99)))
end
