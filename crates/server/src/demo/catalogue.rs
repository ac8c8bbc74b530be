//! What is for sale. Prices live here, never in the page: the basket the page sends holds names and numbers only.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// Orders above this sum need a fresh proof of who is buying.
pub(super) const STEP_UP_ABOVE_CENTS: u32 = euros(100, 0);

/// Most of one product in a basket.
const MOST_OF_ONE: u32 = 20;

const fn euros(euros: u32, cents: u32) -> u32 {
    euros * 100 + cents
}

/// A thing for sale.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    pub id: &'static str,
    pub name: &'static str,
    pub origin: &'static str,
    pub description: &'static str,
    pub price_cents: u32,
}

const fn product(
    id: &'static str,
    name: &'static str,
    origin: &'static str,
    description: &'static str,
    price_cents: u32,
) -> Product {
    Product { id, name, origin, description, price_cents }
}

/// Everything on the shelf, in the order it is shown.
pub(super) const PRODUCTS: [Product; 6] = [
    product("assam", "Morning Assam", "Tin, 100 g", "Malty and brisk. Takes milk, takes its time.", euros(9, 50)),
    product("jasmine", "Jasmine Pearls", "Tin, 80 g", "Green leaves rolled by hand among night flowers.", euros(16, 0)),
    product("lapsang", "Lapsang", "Tin, 100 g", "Dried over pine fires. A walk in the woods.", euros(12, 50)),
    product("chamomile", "Late Chamomile", "Tin, 60 g", "Whole flowers, no caffeine, good night.", euros(8, 0)),
    product("cup", "Stoneware Cup", "Hand-thrown, 220 ml", "Fits two hands. No two the same.", euros(24, 0)),
    product("kettle", "Cast-Iron Kettle", "Enamelled, 0.8 l", "Keeps warm through a long conversation.", euros(118, 0)),
];

/// One line of a basket.
#[derive(Deserialize)]
pub(super) struct Line {
    pub product: String,
    pub quantity: u32,
}

/// What the basket costs, in cents.
pub(super) fn total_cents(lines: &[Line]) -> Result<u32, Refusal> {
    if lines.is_empty() || lines.len() > PRODUCTS.len() {
        return Err(Refusal::invalid("Put something into the basket, each product on one line."));
    }
    lines.iter().try_fold(0, |sum, line| {
        let product = PRODUCTS.iter().find(|product| product.id == line.product);
        let product = product.ok_or_else(|| Refusal::not_found(format!("We do not sell {:?}.", line.product)))?;
        if !(1..=MOST_OF_ONE).contains(&line.quantity) {
            return Err(Refusal::invalid(format!("Take between 1 and {MOST_OF_ONE} of {}.", product.name)));
        }
        Ok(sum + product.price_cents * line.quantity)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(product: &str, quantity: u32) -> Line {
        Line { product: product.into(), quantity }
    }

    #[test]
    fn a_basket_is_priced_from_the_shelf() {
        assert_eq!(total_cents(&[line("assam", 2), line("kettle", 1)]).ok(), Some(2 * 9_50 + euros(118, 0)));
    }

    #[test]
    fn what_is_not_on_the_shelf_or_not_a_sane_number_is_refused() {
        for lines in [vec![], vec![line("gold", 1)], vec![line("assam", 0)], vec![line("assam", u32::MAX)]] {
            assert!(total_cents(&lines).is_err());
        }
    }
}
