//! How many calls are in flight at once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;

/// Counts calls in flight, from calls in the order of their ends. It keeps only those that can still
/// overlap with the next.
#[derive(Debug)]
pub(super) struct InFlight {
    /// The longest call, in microseconds.
    longest: i64,
    starts: BinaryHeap<Reverse<i64>>,
    ends: VecDeque<i64>,
    /// Calls without length.
    points: VecDeque<i64>,
    current: u64,
    minute: i64,
    /// The most of each minute, where it is not zero.
    minutes: BTreeMap<i64, u64>,
    /// The end of the last call of each environment.
    streams: HashMap<u64, i64>,
}

impl InFlight {
    pub(super) fn new(longest: i64) -> Self {
        Self {
            longest,
            starts: BinaryHeap::new(),
            ends: VecDeque::new(),
            points: VecDeque::new(),
            current: 0,
            minute: 0,
            minutes: BTreeMap::new(),
            streams: HashMap::new(),
        }
    }

    /// Adds a call by its end and its length in microseconds. An environment does one call at a time, so
    /// a call does not start before the end of the one before it in its stream.
    pub(super) fn add(&mut self, end: i64, length: i64, stream: u64) {
        let mut start = end - length;
        if stream != 0 {
            let before = self.streams.insert(stream, end);
            start = start.max(before.unwrap_or(start)).min(end);
        }
        if start == end {
            self.points.push_back(end);
        } else {
            self.starts.push(Reverse(start));
            self.ends.push_back(end);
        }
        // No later call starts before this.
        self.advance(end - self.longest);
    }

    /// The most calls in flight at once in each minute, where it is not zero.
    pub(super) fn finish(mut self) -> BTreeMap<i64, u64> {
        self.advance(i64::MAX);
        self.minutes
    }

    /// Goes through all that happens before a time: at one time ends first, then starts, then calls
    /// without length.
    fn advance(&mut self, bound: i64) {
        loop {
            let start = self.starts.peek().map_or(i64::MAX, |Reverse(start)| *start);
            let end = self.ends.front().copied().unwrap_or(i64::MAX);
            let point = self.points.front().copied().unwrap_or(i64::MAX);
            let next = start.min(end).min(point);
            if next >= bound {
                return;
            }
            self.fill(next.div_euclid(MINUTE));
            if end == next {
                self.ends.pop_front();
                self.current -= 1;
            } else if start == next {
                self.starts.pop();
                self.current += 1;
                self.seen(self.current);
            } else {
                let mut together = 0;
                while self.points.front() == Some(&next) {
                    self.points.pop_front();
                    together += 1;
                }
                self.seen(self.current + together);
            }
        }
    }

    /// Calls that go on are in flight in the minutes up to this one.
    fn fill(&mut self, minute: i64) {
        if self.current > 0 {
            for between in self.minute + 1..=minute {
                self.minutes.insert(between, self.current);
            }
        }
        self.minute = minute;
    }

    fn seen(&mut self, count: u64) {
        let most = self.minutes.entry(self.minute).or_default();
        *most = count.max(*most);
    }
}

/// The 99.9th percentile of all minutes of a window, by the nearest rank. Minutes without a call count.
pub(super) fn of_minutes(minutes: &BTreeMap<i64, u64>, window_minutes: u64) -> u64 {
    let rank = (window_minutes * 999).div_ceil(1000);
    let above = window_minutes.saturating_sub(rank);
    let mut counts: Vec<u64> = minutes.values().copied().collect();
    counts.sort_unstable_by_key(|count| Reverse(*count));
    let above = usize::try_from(above).unwrap_or(usize::MAX);
    counts.get(above).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{InFlight, of_minutes};
    use std::collections::BTreeMap;

    fn peak(calls: &[(i64, i64, u64)]) -> u64 {
        let longest = calls.iter().map(|(_, length, _)| *length).max();
        let mut in_flight = InFlight::new(longest.unwrap_or(0));
        for (end, length, stream) in calls {
            in_flight.add(*end, *length, *stream);
        }
        in_flight.finish().into_values().max().unwrap_or(0)
    }

    #[test]
    fn calls_overlap_from_their_start_to_before_their_end() {
        // 0 to 10 and 10 to 20 do not overlap; 5 to 15 overlaps with each.
        assert_eq!(peak(&[(10, 10, 0), (15, 10, 0), (20, 10, 0)]), 2);
        assert_eq!(peak(&[(10, 10, 0), (20, 10, 0)]), 1);
        // A call without length counts one, also within others.
        assert_eq!(peak(&[(5, 0, 0)]), 1);
        assert_eq!(peak(&[(5, 0, 0), (10, 10, 0)]), 2);
    }

    #[test]
    fn an_environment_does_one_call_at_a_time() {
        assert_eq!(peak(&[(10, 10, 0), (12, 10, 0)]), 2);
        assert_eq!(peak(&[(10, 10, 7), (12, 10, 7)]), 1);
    }

    #[test]
    fn one_busy_minute_in_two_thousand_is_above_the_percentile() {
        let minutes = BTreeMap::from([(1, 50), (2, 40), (3, 5)]);
        assert_eq!(of_minutes(&minutes, 2000), 5);
        assert_eq!(of_minutes(&minutes, 999), 50);
    }
}
