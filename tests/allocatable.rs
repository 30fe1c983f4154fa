//! What a node can sell: the kubelet's formula gives every row of `pricing/instances.csv`, whose
//! last two columns are Karpenter's published table, and the rows that were picked by hand.

use lambdacost::internals::pricebook::instances::allocatable;
use lambdacost::internals::pricebook::{Allocatable, Architecture};

const TABLE: &str = include_str!("../pricing/instances.csv");
const ROWS: usize = 1363;

fn number<T: std::str::FromStr>(cell: &str) -> T {
    cell.parse()
        .ok()
        .unwrap_or_else(|| panic!("`{cell}` is no number"))
}

/// A row of the table: type, allocatable by formula, allocatable as published.
fn row(line: &str) -> (&str, u32, Allocatable, Allocatable) {
    let cells: Vec<_> = line.split(',').collect();
    let [name, architecture, vcpu, memory, pods, millicores, mib] = cells[..] else {
        panic!("`{line}` has {} cells", cells.len());
    };
    let architecture = Architecture::parse(architecture).expect("an architecture");
    let formula = allocatable(architecture, number(vcpu), number(memory), number(pods));
    let published = Allocatable {
        millicores: number(millicores),
        memory_mib: number(mib),
    };
    (name, number(pods), formula, published)
}

fn rows() -> impl Iterator<Item = (&'static str, u32, Allocatable, Allocatable)> {
    TABLE.lines().skip(1).map(row)
}

#[test]
fn the_table_has_1363_types_each_once_in_the_order_of_their_names() {
    let names: Vec<_> = rows().map(|(name, ..)| name).collect();
    assert_eq!(names.len(), ROWS);
    // The book relies on it: it does not sort its own table.
    assert!(names.is_sorted_by(|one, next| one < next));
}

#[test]
fn the_formula_gives_every_row() {
    let wrong: Vec<_> = rows()
        .filter(|(_, _, formula, published)| formula != published)
        .map(|(name, _, formula, published)| format!("{name}: {formula:?}, not {published:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Type, architecture, vCPU, GiB, pods, millicores, MiB: rows that were checked by hand.
const PICKED: [(&str, Architecture, u32, u32, u32, u64, u64); 16] = {
    use Architecture::{Arm64 as A, X86_64 as X};
    [
        ("t3.medium", X, 2, 4, 17, 1930, 3246),
        ("t4g.medium", A, 2, 4, 17, 1930, 3187),
        ("m5.large", X, 2, 8, 29, 1930, 6903),
        ("m7i.large", X, 2, 8, 29, 1930, 6903),
        ("m7g.large", A, 2, 8, 29, 1930, 6844),
        ("c7g.large", A, 2, 4, 29, 1930, 3055),
        ("r7g.large", A, 2, 16, 29, 1930, 14_422),
        ("m5.xlarge", X, 4, 16, 58, 3920, 14_162),
        ("m7g.xlarge", A, 4, 16, 58, 3920, 14_103),
        ("m8g.xlarge", A, 4, 16, 58, 3920, 14_103),
        ("c7i.2xlarge", X, 8, 16, 58, 7910, 14_162),
        ("m7g.2xlarge", A, 8, 32, 58, 7910, 29_258),
        ("m7g.4xlarge", A, 16, 64, 234, 15_890, 57_632),
        ("m7i.24xlarge", X, 96, 384, 737, 95_690, 355_262),
        ("a1.medium", A, 1, 2, 8, 940, 1392),
        ("m5a.xlarge", X, 4, 16, 58, 3920, 14_162),
    ]
};

#[test]
fn the_formula_gives_rows_that_were_picked_by_hand() {
    for (name, architecture, vcpu, gib, pods, millicores, memory_mib) in PICKED {
        let expected = Allocatable {
            millicores,
            memory_mib,
        };
        let formula = allocatable(architecture, vcpu, gib * 1024, pods);
        assert_eq!(formula, expected, "{name}");
        if let Some((_, listed, _, published)) = rows().find(|row| row.0 == name) {
            assert_eq!((listed, published), (pods, expected), "{name} in the table");
        }
    }
}
