-- Sends one request again and again: what it is, the environment says. Where that names a file, each of
-- its lines is the path of one request instead, and the load ends with the last.
wrk.method = os.getenv("BENCH_METHOD")
wrk.body = os.getenv("BENCH_BODY")
for name, value in string.gmatch(os.getenv("BENCH_HEADERS"), "([^:\n]+): ([^\n]*)") do
    wrk.headers[name] = value
end

if os.getenv("BENCH_PATHS") ~= "" then
    local numbers, paths = 0, {}

    function setup(thread)
        numbers = numbers + 1
        thread:set("number", numbers)
    end

    -- Each thread has its own share of the lines.
    function init()
        local line = 0
        for path in io.lines(os.getenv("BENCH_PATHS")) do
            line = line + 1
            if line % tonumber(os.getenv("BENCH_THREADS")) + 1 == number then
                table.insert(paths, path)
            end
        end
    end

    local sent = 0

    function request()
        sent = sent + 1
        if sent > #paths then
            wrk.thread:stop()
            sent = #paths
        end
        return wrk.format(nil, paths[sent])
    end
end
