//! What the tests, benchmarks, fuzz targets, examples and the binary of this project use of the
//! private modules, item by item. It is not documented, and it changes without notice.

pub mod answer {
    pub use crate::answer::{
        BoughtPrices, Comparison, Decision, Groups, Input, Pair, Plan, PlanOptions, Sensitivity,
        Shown, Solved, Summary, all_assumptions,
    };
}

pub mod check {
    pub use crate::check::{
        Baseline, CheckContext, Levels, RULES, Report, UnreadBaseline, run, shapes,
    };
    pub mod formats {
        pub mod github {
            pub use crate::check::formats::github::write;
        }
        pub mod json_v1 {
            pub use crate::check::formats::json_v1::write;
        }
        pub mod junit {
            pub use crate::check::formats::junit::write;
        }
        pub mod markdown {
            pub use crate::check::formats::markdown::{Comment, write};
        }
        pub mod sarif {
            pub use crate::check::formats::sarif::write;
        }
        pub mod text {
            pub use crate::check::formats::text::write;
        }
    }
}

#[cfg(feature = "cli")]
pub mod cli {
    pub use crate::cli::{main, run};
    pub mod exit {
        pub use crate::cli::exit::end_on_panic;
    }
    pub mod system {
        pub use crate::cli::system::{Call, Gate, Input, Streams, System};
    }
}

pub mod color {
    pub use crate::color::Paint;
}

pub mod diag {
    pub use crate::diag::{Code, Diag, Diags, Source};
}

pub mod json_schema {
    pub mod answer {
        pub use crate::json_schema::answer::{COMPARE, COMPARE_SET, Object};
        pub use crate::json_schema::check_answer::CHECK;
    }
}

pub mod money {
    pub use crate::money::{Rate, Usd, grouped};
}

pub mod plan {
    pub use crate::plan::{
        Allowance, Choice, Cluster, Needs, NodeType, Nodes, Plan, Pool, Problem, Surplus, Tier,
        Unit, bill, savings, search,
    };
}

pub mod platform {
    pub use crate::platform::{
        EksOptions, FactValue, Line, PLATFORMS, Refusal, book, ids, meters, shapes,
    };
    pub mod service {
        pub use crate::platform::service::LAMBDA;
    }
}

pub mod pricebook {
    pub use crate::pricebook::{
        Allocatable, Architecture, Book, Entry, Extent, InstanceType, Listed, Meter, Price,
        Regional, Tiers,
    };
    pub mod instances {
        pub use crate::pricebook::instances::{allocatable, is_default_candidate};
    }
    pub mod savings_plan {
        pub use crate::pricebook::savings_plan::{Eligible, Spent, spend};
    }
}

pub mod render {
    pub use crate::render::View;
    pub mod csv {
        pub use crate::render::csv::{COLUMNS, MOVE_COLUMNS, write};
    }
    pub mod explain {
        pub use crate::render::explain::{ExplainOptions, write};
    }
    pub mod focus {
        pub use crate::render::focus::{Bills, Period, Spelling, columns, write};
    }
    #[cfg(feature = "cli")]
    pub mod groups {
        pub use crate::render::groups::COLUMNS;
    }
    pub mod json_v2 {
        pub use crate::render::json_v2::write;
    }
    pub mod markdown {
        pub use crate::render::markdown::write;
    }
    pub mod prices {
        pub use crate::render::prices::{show_json, show_table};
    }
    #[cfg(feature = "cli")]
    pub mod table {
        pub use crate::render::table::{TableOptions, write};
    }
}

pub mod scenario {
    pub use crate::scenario::{
        AssumptionKind, Capacity, Function, InputChange, Notes, PlatformShape, Request, Scenario,
        read_csv, read_toml,
    };
    pub mod schema {
        pub use crate::scenario::schema::{
            Bills, Bounds, Field, FieldGroup, Key, Setting, SettingGroup, ValueKind,
        };
    }
}

pub mod solve {
    pub mod crossover {
        pub use crate::solve::crossover::{Crossover, CrossoverKind};
    }
    pub mod flips {
        pub use crate::solve::flips::{Effort, Flip, Flips, LISTED, REACH, Side};
    }
    pub mod stretches {
        pub use crate::solve::stretches::{FoundStretches, Stretch, Stretches};
    }
}

pub mod text {
    pub use crate::text::{escaped_name, is_unsafe, unfit};
}

pub mod units {
    pub use crate::units::{
        ClusterHour, EpuHour, Gb, GbHour, GbMonth, GbOfMemory, GbSecond, Hour, InstanceHour,
        MillionCalls, Month, OnDemandUsd, Operation, Qty, Request, Unit, VcpuHour,
    };
}
