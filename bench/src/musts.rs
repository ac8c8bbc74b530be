//! What has to be reached, and whether it was.

use crate::table::Table;

/// One demand with what was found.
#[derive(Debug, Clone)]
pub(crate) struct Must {
    what: String,
    demand: Demand,
    found: f64,
}

/// A bound.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Demand {
    AtMost(f64),
    AtLeast(f64),
}

impl Must {
    pub(crate) fn at_most(what: &str, bound: f64, found: f64) -> Self {
        Self { what: what.to_owned(), demand: Demand::AtMost(bound), found }
    }

    pub(crate) fn at_least(what: &str, bound: f64, found: f64) -> Self {
        Self { what: what.to_owned(), demand: Demand::AtLeast(bound), found }
    }

    /// What is not a number holds no demand.
    pub(crate) fn holds(&self) -> bool {
        match self.demand {
            Demand::AtMost(bound) => self.found <= bound,
            Demand::AtLeast(bound) => self.found >= bound,
        }
    }
}

/// All of them as a table.
pub(crate) fn table(musts: &[Must]) -> Table {
    let mut table = Table::new(["demand", "must", "found", ""]);
    for must in musts {
        let bound = match must.demand {
            Demand::AtMost(bound) => format!("≤ {bound}"),
            Demand::AtLeast(bound) => format!("≥ {bound}"),
        };
        let verdict = if must.holds() { "pass" } else { "FAIL" };
        table.row([must.what.clone(), bound, format!("{:.2}", must.found), verdict.to_owned()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demand_holds_up_to_its_bound_and_nothing_is_reached_by_what_is_no_number() {
        assert!(Must::at_most("a", 6.0, 6.0).holds() && !Must::at_most("a", 6.0, 6.01).holds());
        assert!(Must::at_least("b", 20.0, 20.0).holds() && !Must::at_least("b", 20.0, 19.9).holds());
        assert!(!Must::at_most("c", 6.0, f64::NAN).holds() && !Must::at_least("c", 6.0, f64::NAN).holds());
        let text = table(&[Must::at_least("rate", 2.0, 1.5)]).text();
        assert!(text.ends_with("| rate   |  ≥ 2 |  1.50 | FAIL |\n"), "{text}");
    }
}
