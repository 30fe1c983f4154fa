//! A bar from 0 to 100 % with today's utilization, the break-even, and the band of the rule of
//! thumb, 30 to 40 %.

use crate::answer::Summary;
use crate::color::{Paint, wrapped};
use crate::exact::Exact;
use crate::money::percent;
use crate::solve::crossover::{Crossover, Point};

/// Maximum width of the bar, and the width of its ends.
const BAR: u32 = 64;
const ENDS: u32 = 16;

/// The bar of a function with its legend, as two lines; `None` without traffic.
pub(crate) fn utilization_bar(
    summary: &Summary,
    crossover: &Crossover,
    paint: Paint,
    width: u16,
) -> Option<String> {
    let load = summary.workload.utilization.as_ref()?;
    let length = u32::from(width).saturating_sub(ENDS).clamp(10, BAR);
    let place = |share: &Exact| {
        let cells = share * &Exact::from(length);
        let cell = cells.floor().and_then(|cell| u32::try_from(cell).ok());
        cell.map(|cell| cell.min(length - 1))
    };
    let inside = |point: &&Point| point.utilization <= Exact::ONE;
    let point = crossover.point.as_ref();
    let here = place(load)?;
    let cross = point
        .filter(inside)
        .and_then(|point| place(&point.utilization));
    let (low, high) = (length * 30 / 100, length * 40 / 100);
    let cells = (0..length).map(|cell| {
        if cell == here && Some(cell) == cross {
            paint.bold("◆")
        } else if cell == here {
            paint.bold("●")
        } else if Some(cell) == cross {
            paint.yellow("▲")
        } else if (low..high).contains(&cell) {
            paint.dim("▒")
        } else {
            paint.dim("─")
        }
    });
    let cells: String = cells.collect();
    let crossing = match point {
        Some(point) if point.utilization > Exact::ONE => "break-even over 100 %".to_owned(),
        Some(point) => format!("▲ break-even {}", percent(&point.utilization)),
        None => "no break-even".to_owned(),
    };
    let here = percent(load);
    let legend = format!("● utilization {here}   {crossing}   ▒ 30 to 40 %, the rule of thumb");
    let legend = paint.dim(&wrapped(&legend, "  ", width));
    Some(format!("  0 % ├{cells}┤ 100 %\n{legend}"))
}
