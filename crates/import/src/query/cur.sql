-- Calls, GB-seconds and costs of each function and hour, from a Cost and Usage Report, as
-- lambdacost/usage/v1. The table has the columns of CUR 2.0 or of the Parquet files of the legacy CUR, with
-- resource IDs and hourly rows. If a row covers more than an hour, its hour is empty.
-- Times are in UTC: set the time zone of the session to UTC.
-- Of an export with net costs take line_item_net_unblended_cost and
-- savings_plan_net_savings_plan_effective_cost in the first SELECT.
WITH items AS (
  SELECT
    line_item_resource_id AS arn,
    line_item_usage_type AS usage_type,
    CAST(line_item_usage_start_date AS {text}) AS start_text,
    CAST(line_item_usage_end_date AS {text}) AS end_text,
    CAST(line_item_usage_amount AS {text}) AS quantity_text,
    CASE
      WHEN line_item_line_item_type = 'SavingsPlanCoveredUsage'
        THEN CAST(savings_plan_savings_plan_effective_cost AS {text})
      ELSE CAST(line_item_unblended_cost AS {text})
    END AS cost_text,
    CAST(pricing_public_on_demand_cost AS {text}) AS list_text,
    line_item_currency_code AS currency
  FROM {table}
  WHERE line_item_product_code = 'AWSLambda'
    AND line_item_line_item_type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
),
metered AS (
  SELECT
    arn,
    {meter} AS meter,
    CASE WHEN usage_type LIKE '%-ARM' THEN 'arm64' ELSE 'x86_64' END AS processors,
    start_text,
    end_text,
    quantity_text,
    cost_text,
    list_text,
    currency
  FROM items
),
{hours}
