-- Calls, GB-seconds and costs of each function and hour, from a FOCUS 1.2 export of AWS, as
-- lambdacost/usage/v1. The export has hourly rows: if one covers more than an hour, its hour is empty.
-- Times are in UTC: set the time zone of the session to UTC.
-- Of a FOCUS 1.0 export take x_UsageType for SkuMeter in the first SELECT.
WITH items AS (
  SELECT
    {q}ResourceId{q} AS arn,
    {q}SkuMeter{q} AS usage_type,
    COALESCE({q}ChargeDescription{q}, '') AS description,
    CAST({q}ChargePeriodStart{q} AS {text}) AS start_text,
    CAST({q}ChargePeriodEnd{q} AS {text}) AS end_text,
    COALESCE(
      NULLIF(NULLIF(CAST({q}ConsumedQuantity{q} AS {text}), ''), 'NULL'),
      CAST({q}PricingQuantity{q} AS {text})
    ) AS quantity_text,
    CAST({q}EffectiveCost{q} AS {text}) AS cost_text,
    CAST({q}ListCost{q} AS {text}) AS list_text,
    {q}BillingCurrency{q} AS currency
  FROM {table}
  WHERE {q}ServiceName{q} = 'AWS Lambda'
    AND {q}ChargeCategory{q} = 'Usage'
    AND COALESCE({q}ChargeClass{q}, '') <> 'Correction'
    AND COALESCE({q}CommitmentDiscountStatus{q}, '') <> 'Unused'
),
of_usage_type AS (
  SELECT
    arn,
    COALESCE(usage_type, '') AS usage_type,
    {meter} AS named_meter,
    COALESCE({extract}(description, '^AWS Lambda - ([^-]+)'{first}, '') AS what,
    description,
    start_text,
    end_text,
    quantity_text,
    cost_text,
    list_text,
    currency
  FROM items
),
-- Where the usage type does not say the meter, the description does.
metered AS (
  SELECT
    arn,
    CASE
      WHEN named_meter IS NOT NULL THEN named_meter
      WHEN usage_type LIKE '%Lambda-Edge%' OR usage_type LIKE '%Lambda-Managed-Instances%'
        OR usage_type LIKE '%MicroVM%' OR description LIKE '%Lambda-Edge%'
        OR description LIKE '%Lambda-Managed-Instances%' OR description LIKE '%MicroVM%' THEN NULL
      WHEN what LIKE '%Requests%' THEN 'Request'
      WHEN what LIKE '%Provisioned Concurrency%' THEN 'Lambda-Provisioned-Concurrency'
      WHEN what LIKE '%Compute%' AND what LIKE '%Provisioned%' THEN 'Lambda-Provisioned-GB-Second'
      WHEN what LIKE '%Compute%' THEN 'Lambda-GB-Second'
      WHEN what LIKE '%Storage%' THEN 'Lambda-Storage-GB-Second'
    END AS meter,
    CASE
      WHEN named_meter IS NOT NULL AND usage_type LIKE '%-ARM' THEN 'arm64'
      WHEN named_meter IS NULL AND description LIKE '%ARM%' THEN 'arm64'
      ELSE 'x86_64'
    END AS processors,
    start_text,
    end_text,
    quantity_text,
    cost_text,
    list_text,
    currency
  FROM of_usage_type
),
{hours}
