-- What wrk sends, and how it tells what came back. Settings come by the environment: see load.ts.
local form = os.getenv('BENCH_FORM')
local run = os.getenv('BENCH_RUN')
local number = 0

if form ~= '' then
  function request()
    number = number + 1
    local body = form:gsub('NUMBER', run .. number)
    return wrk.format('POST', nil, { ['Content-Type'] = 'application/x-www-form-urlencoded' }, body)
  end
end

-- wrk counts answers from 400 on by itself; a function for each answer would make the load the thing measured.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"perSecond":%.3f,"p50Ms":%.4f,"p99Ms":%.4f,"refused":%d,"failed":%d}\n',
    summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000,
    latency:percentile(99) / 1000,
    errors.status,
    errors.connect + errors.read + errors.write + errors.timeout
  ))
end
