-- Calls of each function and hour, from the logs of AWS Lambda, as lambdacost/usage/v1.
-- The table has a row for each log event, with these columns. If yours differ, change the first SELECT:
--   log_group   /aws/lambda/NAME
--   log_stream  the stream of the event, or NULL: then a call can overlap with one of its environment
--   timestamp   milliseconds since 1970, as CloudWatch Logs delivers them
--   message     the text of the event, or its JSON
-- Write the result as CSV with a header, and read it with `lambdacost import`.
WITH events AS (
  SELECT log_group, log_stream, timestamp AS event_ms, message
  FROM {table}
),
reports AS (
  SELECT
    {extract}(log_group, '/aws/lambda/([^:]+)'{first} AS function_name,
    NULLIF(log_stream, '') AS stream,
    event_ms,
    message,
    CASE WHEN message LIKE '%REPORT RequestId:%' THEN 1 ELSE 0 END AS is_text
  FROM events
  WHERE message LIKE '%REPORT RequestId:%' OR message LIKE '%"platform.report"%'
),
fields AS (
  SELECT
    function_name,
    stream,
    event_ms,
    is_text,
    CASE WHEN is_text = 0 THEN NULLIF({extract}(message, '"time" *: *"([^"]+)"'{first}, '') END AS event_time,
    {extract}(message, '(?:REPORT RequestId: *|"requestId" *: *")([0-9A-Za-z-]+)'{first} AS request_id,
    NULLIF({extract}(message, '(?:(?:ms|MB|Id: *[0-9A-Za-z-]+)[^0-9A-Za-z]+Duration: *|"metrics" *: *[{][^{}]*"durationMs" *: *)([0-9]+[.]?[0-9]*)(?: *ms| *[^ .0-9A-Za-z])'{first}, '') AS duration_text,
    NULLIF({extract}(message, '(?:(?:ms|MB|Id: *[0-9A-Za-z-]+)[^0-9A-Za-z]+Init Duration: *|"initDurationMs" *: *)([0-9]+[.]?[0-9]*)(?: *ms| *[^ .0-9A-Za-z])'{first}, '') AS init_text,
    NULLIF({extract}(message, '(?:(?:ms|MB|Id: *[0-9A-Za-z-]+)[^0-9A-Za-z]+Restore Duration: *|"restoreDurationMs" *: *)([0-9]+[.]?[0-9]*)(?: *ms| *[^ .0-9A-Za-z])'{first}, '') AS restore_text,
    NULLIF({extract}(message, '(?:(?:ms|MB|Id: *[0-9A-Za-z-]+)[^0-9A-Za-z]+Billed Duration: *|"billedDurationMs" *: *)([0-9]+)[.0-9]*(?: *ms| *[^ .0-9A-Za-z])'{first}, '') AS billed_text,
    NULLIF({extract}(message, '(?:(?:ms|MB|Id: *[0-9A-Za-z-]+)[^0-9A-Za-z]+Memory Size: *|"memorySizeMB" *: *)([0-9]+)[.0-9]*(?: *MB| *[^ .0-9A-Za-z])'{first}, '') AS memory_text
  FROM reports
),
calls_read AS (
  SELECT
    function_name,
    stream,
    COALESCE({event_ms}, event_ms) AS end_ms,
    request_id,
    is_text,
    CAST(duration_text AS DECIMAL(18, 3)) AS duration,
    CAST(init_text AS DECIMAL(18, 3)) AS init,
    COALESCE(CAST(restore_text AS DECIMAL(18, 3)), CAST(0 AS DECIMAL(18, 3))) AS restored,
    CAST(billed_text AS BIGINT) AS billed,
    CAST(memory_text AS BIGINT) AS memory
  FROM fields
  WHERE duration_text IS NOT NULL
    AND (is_text = 0 OR (billed_text IS NOT NULL AND memory_text IS NOT NULL))
),
-- A call is known by its request id, end and duration: copies count once.
numbered AS (
  SELECT
    function_name,
    stream,
    end_ms,
    duration,
    init,
    restored,
    billed,
    memory,
    ROW_NUMBER() OVER (
      PARTITION BY function_name, end_ms, request_id, duration ORDER BY COALESCE(stream, '')
    ) AS copy
  FROM calls_read
  WHERE function_name <> ''{bounds}
),
-- Lambda bills init since August 2025. Before, it printed it without billing it.
each_call AS (
  SELECT
    function_name,
    stream,
    end_ms,
    memory,
    billed,
    CASE WHEN billed >= duration + init THEN init END AS billed_init,
    end_ms * 1000 AS end_us,
    end_ms * 1000
      - CAST((duration + restored + COALESCE(init, CAST(0 AS DECIMAL(18, 3)))) * 1000 AS BIGINT) AS start_us,
    MAX(end_ms * 1000) OVER (
      PARTITION BY function_name, stream ORDER BY end_ms, duration
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before_us
  FROM numbered
  WHERE copy = 1
),
-- An environment does one call at a time.
busy AS (
  SELECT
    function_name,
    end_us,
    CASE WHEN stream IS NOT NULL AND before_us > start_us THEN before_us ELSE start_us END AS start_us
  FROM each_call
),
-- At one time first calls end, then calls start, then those without length.
changes AS (
  SELECT function_name, start_us AS at_us, 1 AS kind, 1 AS change FROM busy WHERE start_us < end_us
  UNION ALL
  SELECT function_name, end_us AS at_us, 0 AS kind, -1 AS change FROM busy WHERE start_us < end_us
  UNION ALL
  SELECT function_name, end_us AS at_us, 2 AS kind, 1 AS change FROM busy WHERE start_us >= end_us
  UNION ALL
  SELECT function_name, end_us AS at_us, 3 AS kind, -1 AS change FROM busy WHERE start_us >= end_us
),
in_flight AS (
  SELECT
    function_name,
    at_us {div} 3600000000 AS hour_number,
    change,
    SUM(change) OVER (
      PARTITION BY function_name ORDER BY at_us, kind
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS together
  FROM changes
),
peaks AS (
  SELECT
    function_name,
    hour_number,
    MAX(CASE WHEN change > 0 THEN together ELSE together + 1 END) AS peak
  FROM in_flight
  GROUP BY function_name, hour_number
),
hours AS (
  SELECT
    function_name,
    memory,
    end_ms {div} 3600000 AS hour_number,
    COUNT(*) AS all_calls,
    CASE WHEN COUNT(billed) = COUNT(*) THEN SUM(billed) END AS all_billed,
    COUNT(billed_init) AS cold,
    COALESCE(SUM(billed_init), CAST(0 AS DECIMAL(18, 3))) AS all_init
  FROM each_call
  GROUP BY function_name, memory, end_ms {div} 3600000
),
-- Each function has a row for the first and the last hour of the log, also without calls: calls are
-- scaled to a month by the time between them.
times AS (
  SELECT event_ms AS at_ms FROM events
  UNION ALL
  SELECT end_ms AS at_ms FROM calls_read
),
edges AS (
  SELECT {first_hour} AS hour_number FROM times
  UNION ALL
  SELECT {last_hour} AS hour_number FROM times
),
names AS (
  SELECT DISTINCT function_name FROM hours
),
quiet AS (
  SELECT function_name, hour_number
  FROM (
    SELECT DISTINCT function_name, hour_number, 1 AS is_known FROM hours
    UNION ALL
    SELECT names.function_name, edges.hour_number, 0 AS is_known FROM names CROSS JOIN edges
  ) either
  GROUP BY function_name, hour_number
  HAVING MAX(is_known) = 0
),
rows_of_usage AS (
  SELECT
    hours.function_name AS function_name,
    hours.memory AS memory,
    hours.hour_number AS hour_number,
    hours.all_calls AS all_calls,
    hours.all_billed AS all_billed,
    hours.cold AS cold,
    hours.all_init AS all_init,
    peaks.peak AS peak
  FROM hours
  JOIN peaks ON peaks.function_name = hours.function_name AND peaks.hour_number = hours.hour_number
  UNION ALL
  SELECT function_name, NULL, hour_number, 0, 0, 0, CAST(0 AS DECIMAL(18, 3)), NULL
  FROM quiet
)
SELECT
  function_name AS function,
  CAST(NULL AS {text}) AS region,
  CAST(NULL AS {text}) AS account,
  CAST(NULL AS {text}) AS architecture,
  memory AS memory_mb,
  {day} || 'T' || LPAD(CAST(hour_number % 24 AS {text}), 2, '0') || ':00:00Z' AS hour,
  all_calls AS calls,
  all_billed AS billed_ms,
  CAST(NULL AS {text}) AS gb_seconds,
  cold AS cold_starts,
  all_init AS init_ms,
  peak AS peak_in_flight,
  CAST(NULL AS {text}) AS cost_usd,
  CAST(NULL AS {text}) AS list_cost_usd,
  'log' AS source
FROM rows_of_usage
ORDER BY function_name, hour_number, memory{settings}
