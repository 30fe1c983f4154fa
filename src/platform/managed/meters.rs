//! The meter of managed instances. Their other prices are those of EC2 and Lambda.

use crate::pricebook::meters::meters;
use crate::units::OnDemandUsd;

meters! {
    MANAGEMENT_FEE: OnDemandUsd = "lambda.managed_instances.management_fee",
        "Lambda Managed Instances, management of EC2";
}
