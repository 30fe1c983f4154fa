functions AS (
  SELECT
    {extract}(arn, '^arn:[^:]*:lambda:[^:]*:[^:]*:function:([^:]+)'{first} AS function_name,
    NULLIF({extract}(arn, '^arn:[^:]*:lambda:([^:]*):[^:]*:function:[^:]'{first}, '') AS function_region,
    NULLIF({extract}(arn, '^arn:[^:]*:lambda:[^:]*:([^:]*):function:[^:]'{first}, '') AS function_account,
    processors,
    meter,
    SUBSTR(start_text, 1, 10) || 'T' || SUBSTR(start_text, 12, 8) AS start_time,
    CASE
      WHEN SUBSTR(start_text, 12, 2) <> SUBSTR(end_text, 12, 2)
        THEN SUBSTR(start_text, 1, 10) || 'T' || SUBSTR(start_text, 12, 2) || ':00:00Z'
    END AS start_hour,
    {decimal quantity_text} AS quantity,
    CASE WHEN currency = 'USD' THEN {decimal cost_text} END AS cost,
    CASE WHEN currency = 'USD' THEN {decimal list_text} END AS list_cost
  FROM metered
  WHERE meter IS NOT NULL
)
SELECT
  function_name AS function,
  function_region AS region,
  function_account AS account,
  processors AS architecture,
  CAST(NULL AS {text}) AS memory_mb,
  start_hour AS hour,
  CAST(SUM(CASE WHEN meter = 'Request' THEN quantity ELSE CAST(0 AS DECIMAL(38, 12)) END) AS BIGINT) AS calls,
  CAST(NULL AS {text}) AS billed_ms,
  SUM(
    CASE
      WHEN meter IN ('Lambda-GB-Second', 'Lambda-Provisioned-GB-Second') THEN quantity
      ELSE CAST(0 AS DECIMAL(38, 12))
    END
  ) AS gb_seconds,
  CAST(NULL AS {text}) AS cold_starts,
  CAST(NULL AS {text}) AS init_ms,
  CAST(NULL AS {text}) AS peak_in_flight,
  SUM(cost) AS cost_usd,
  SUM(list_cost) AS list_cost_usd,
  'bill' AS source
FROM functions
WHERE function_name <> '' AND quantity >= 0{bounds}
GROUP BY function_name, function_region, function_account, processors, start_hour
ORDER BY function_name, function_region, function_account, start_hour, processors{settings}
