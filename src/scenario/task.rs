//! The vCPU and memory pairs that a Fargate task can have.

use crate::pricebook::Os;

/// The range of memory for one vCPU size, GB.
struct CpuSizes {
    quarter_vcpus: u32,
    from_gb: u32,
    to_gb: u32,
    step_gb: u32,
}

const fn row(quarter_vcpus: u32, from_gb: u32, to_gb: u32, step_gb: u32) -> CpuSizes {
    CpuSizes {
        quarter_vcpus,
        from_gb,
        to_gb,
        step_gb,
    }
}

/// AWS's table (Fargate pricing page and ECS task size documentation, 2026-09) without the pair
/// 0.25 vCPU / 0.5 GB and the three sizes with 32 vCPU.
const ROWS: [CpuSizes; 7] = [
    row(1, 1, 2, 1),
    row(2, 1, 4, 1),
    row(4, 2, 8, 1),
    row(8, 4, 16, 1),
    row(16, 8, 30, 1),
    row(32, 16, 60, 4),
    row(64, 32, 120, 8),
];

/// Sizes with 32 vCPU (new in 2026) are used only if the scenario states them.
const LARGEST_QUARTERS: u32 = 128;
/// Their memory, GB.
const LARGEST_GB: [u32; 3] = [60, 120, 244];

/// The vCPU sizes of Windows tasks, in quarters (Fargate pricing page, 2026-09).
const WINDOWS_QUARTERS: [u32; 3] = [4, 8, 16];

/// A valid pair of vCPU and memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TaskSize {
    /// Quarters of a vCPU: 1 to 64, or 128.
    pub quarter_vcpus: u32,
    /// In MB.
    pub memory_mb: u32,
}

impl TaskSize {
    /// All 77 pairs, by vCPU and then by memory.
    pub(crate) fn all() -> Vec<Self> {
        let mut sizes = vec![Self {
            quarter_vcpus: 1,
            memory_mb: 512,
        }];
        for row in &ROWS {
            let steps = (row.from_gb..=row.to_gb).step_by(row.step_gb as usize);
            sizes.extend(steps.map(|gb| Self::of_gb(row.quarter_vcpus, gb)));
        }
        sizes.extend(LARGEST_GB.map(|gb| Self::of_gb(LARGEST_QUARTERS, gb)));
        sizes
    }

    /// True for the 74 pairs up to 16 vCPU, from which the program chooses.
    pub(crate) fn is_picked(self) -> bool {
        self.quarter_vcpus < LARGEST_QUARTERS
    }

    fn of_gb(quarter_vcpus: u32, gb: u32) -> Self {
        Self {
            quarter_vcpus,
            memory_mb: gb * crate::units::MB_PER_GB,
        }
    }

    /// The pairs for an operating system, by vCPU and then by memory.
    pub(crate) fn of(os: Os) -> impl DoubleEndedIterator<Item = Self> {
        let has = move |size: &Self| match os {
            Os::Linux => true,
            Os::Windows => WINDOWS_QUARTERS.contains(&size.quarter_vcpus),
        };
        Self::all().into_iter().filter(has)
    }

    /// The first pair with at least this vCPU and memory, by vCPU and then by memory.
    pub(crate) fn next_valid(quarter_vcpus: u64, memory_mb: u64, os: Os) -> Option<Self> {
        let fits = |size: &Self| {
            u64::from(size.quarter_vcpus) >= quarter_vcpus && u64::from(size.memory_mb) >= memory_mb
        };
        Self::of(os).find(fits)
    }

    /// The pair in the TOML of a scenario: `{ vcpu = 1, memory_gb = 2 }`.
    pub(crate) fn written(self) -> String {
        let [vcpu, memory] = [self.vcpu_text(), self.memory_gb_text()];
        format!("{{ vcpu = {vcpu}, memory_gb = {memory} }}")
    }

    /// vCPUs without trailing zeros: `0.25`, `2`.
    pub(crate) fn vcpu_text(self) -> String {
        match self.quarter_vcpus {
            1 => "0.25".to_owned(),
            2 => "0.5".to_owned(),
            quarters => (quarters / 4).to_string(),
        }
    }

    /// GB of memory without trailing zeros: `0.5`, `4`.
    pub(crate) fn memory_gb_text(self) -> String {
        match self.memory_mb {
            512 => "0.5".to_owned(),
            mb => (mb / crate::units::MB_PER_GB).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_77_pairs_of_which_74_up_to_16_vcpu() {
        let picked = TaskSize::all().into_iter().filter(|size| size.is_picked());
        assert_eq!(picked.count(), 74);
        assert_eq!(TaskSize::all().len(), 77);
        assert!(TaskSize::all().is_sorted());
    }

    #[test]
    fn the_next_valid_pair_covers_both_needs() {
        let next = |quarters, mb| {
            let size = TaskSize::next_valid(quarters, mb, Os::Linux)?;
            Some((size.vcpu_text(), size.memory_gb_text()))
        };
        let pair = |v: &str, m: &str| Some((v.to_owned(), m.to_owned()));
        assert_eq!(next(4, 9 * 1024), pair("2", "9"));
        assert_eq!(next(16, 1024), pair("4", "8"));
        assert_eq!(next(3, 1024), pair("1", "2"));
        assert_eq!(next(32, 17 * 1024), pair("8", "20"));
        assert_eq!(next(256, 1024), None);
    }

    #[test]
    fn windows_has_the_pairs_of_1_2_and_4_vcpu() {
        // 7 of 1 vCPU, 13 of 2 and 23 of 4.
        assert_eq!(TaskSize::of(Os::Windows).count(), 7 + 13 + 23);
        let next = |quarters, mb| {
            let size = TaskSize::next_valid(quarters, mb, Os::Windows)?;
            Some(size.written())
        };
        let pair = |text: &str| Some(text.to_owned());
        assert_eq!(next(1, 512), pair("{ vcpu = 1, memory_gb = 2 }"));
        assert_eq!(next(4, 9 * 1024), pair("{ vcpu = 2, memory_gb = 9 }"));
        assert_eq!(next(16, 31 * 1024), None);
        assert_eq!(next(32, 1024), None);
    }
}
