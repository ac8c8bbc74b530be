//! Addresses as logs, events and pages may show them.

/// An address or number of which only enough is left to recognise one's own: `a***@example.com`, `+64******789`. Of what is
/// too short nothing is left.
pub fn masked(address: &str) -> String {
    if let Some((local, domain)) = address.rsplit_once('@') {
        let first: String = local.chars().take(usize::from(local.chars().count() > 1)).collect();
        return format!("{first}***@{domain}");
    }
    let digits: Vec<char> = address.chars().collect();
    if digits.len() < 9 {
        return "***".to_owned();
    }
    let (start, end) = (&digits[..3], &digits[digits.len() - 3..]);
    let hidden = "*".repeat(digits.len() - 6);
    format!("{}{hidden}{}", start.iter().collect::<String>(), end.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn little_is_left_of_an_address() {
        for (whole, shown) in [
            ("ada@example.com", "a***@example.com"),
            ("a@example.com", "***@example.com"),
            ("ümit@example.com", "ü***@example.com"),
            ("\"a@b\"@example.com", "\"***@example.com"),
            ("+64210000789", "+64******789"),
            ("+123456", "***"),
            ("", "***"),
        ] {
            assert_eq!(masked(whole), shown, "{whole}");
        }
    }
}
