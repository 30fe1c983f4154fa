//! The AWS services that lines of a bill belong to, as AWS's own exports name them.
//!
//! Names and codes: AWS Data Exports, FOCUS 1.2 with AWS columns (`ServiceName`, `x_ServiceCode`);
//! categories: FinOps FOCUS 1.2, `ServiceCategory` and `ServiceSubcategory`.

/// A service, or the part of one that has a category of its own.
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

/// AWS Lambda.
pub static LAMBDA: Service = Service {
    code: "AWSLambda",
    name: "AWS Lambda",
    category: "Compute",
    subcategory: "Serverless Compute",
};

/// Amazon ECS, which bills Fargate's tasks.
pub static ECS: Service = Service {
    code: "AmazonECS",
    name: "Amazon Elastic Container Service",
    category: "Compute",
    subcategory: "Containers",
};

/// Amazon EKS.
pub static EKS: Service = Service {
    code: "AmazonEKS",
    name: "Amazon Elastic Container Service for Kubernetes",
    category: "Compute",
    subcategory: "Containers",
};

/// Amazon EC2's instances.
pub static EC2: Service = Service {
    code: "AmazonEC2",
    name: "Amazon Elastic Compute Cloud",
    category: "Compute",
    subcategory: "Virtual Machines",
};

/// Amazon EC2's volumes. AWS bills them under EC2's name; FOCUS wants one category a name.
pub static EBS: Service = Service {
    code: "AmazonEC2",
    name: "Amazon Elastic Block Store",
    category: "Storage",
    subcategory: "Block Storage",
};
