//! The AWS services on a bill, with the names of AWS's exports.
//!
//! Names and codes: AWS Data Exports, FOCUS 1.2 with AWS columns (`ServiceName`, `x_ServiceCode`);
//! categories: FinOps FOCUS 1.2, `ServiceCategory` and `ServiceSubcategory`.

/// A service, or a part of a service with a separate category.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// AWS's code.
    pub code: &'static str,
    /// AWS's name.
    pub name: &'static str,
    /// FOCUS category.
    pub category: &'static str,
    /// FOCUS subcategory.
    pub subcategory: &'static str,
}

pub static LAMBDA: Service = Service {
    code: "AWSLambda",
    name: "AWS Lambda",
    category: "Compute",
    subcategory: "Serverless Compute",
};

/// Amazon ECS, which bills Fargate tasks.
pub(crate) static ECS: Service = Service {
    code: "AmazonECS",
    name: "Amazon Elastic Container Service",
    category: "Compute",
    subcategory: "Containers",
};

pub(crate) static EKS: Service = Service {
    code: "AmazonEKS",
    name: "Amazon Elastic Container Service for Kubernetes",
    category: "Compute",
    subcategory: "Containers",
};

/// Costs that the scenario states, of any service.
pub(crate) static STATED: Service = Service {
    code: "",
    name: "Stated extra",
    category: "Other",
    subcategory: "Other (Other)",
};

/// Savings Plans for compute.
pub(crate) static SAVINGS_PLANS: Service = Service {
    code: "ComputeSavingsPlans",
    name: "Savings Plans for AWS Compute usage",
    category: "Compute",
    subcategory: "Other (Compute)",
};

/// EC2 instances.
pub(crate) static EC2: Service = Service {
    code: "AmazonEC2",
    name: "Amazon Elastic Compute Cloud",
    category: "Compute",
    subcategory: "Virtual Machines",
};

/// EBS volumes. AWS bills them under the name of EC2, but FOCUS requires one category per name.
pub(crate) static EBS: Service = Service {
    code: "AmazonEC2",
    name: "Amazon Elastic Block Store",
    category: "Storage",
    subcategory: "Block Storage",
};
