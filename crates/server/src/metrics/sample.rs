//! Numbers that are kept elsewhere and read when somebody asks.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// Label names and values of one number.
type Labels = Vec<(&'static str, String)>;

/// One metric with its numbers.
pub(crate) struct Sample {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    values: Vec<(Labels, f64)>,
}

#[derive(Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
}

#[expect(clippy::cast_precision_loss, reason = "a count that a double cannot hold exactly takes centuries")]
impl Sample {
    pub(crate) fn gauge(name: &'static str, help: &'static str, value: usize) -> Self {
        Self::decimal(name, help, value as f64)
    }

    /// A gauge that is no whole number.
    pub(crate) fn decimal(name: &'static str, help: &'static str, value: f64) -> Self {
        Self { name, help, kind: Kind::Gauge, values: vec![(Vec::new(), value)] }
    }

    /// The name without `_total`.
    pub(crate) fn counter(name: &'static str, help: &'static str, value: u64) -> Self {
        Self::counters(name, help, vec![(Vec::new(), value)])
    }

    pub(crate) fn counters(name: &'static str, help: &'static str, values: Vec<(Labels, u64)>) -> Self {
        let values = values.into_iter().map(|(labels, value)| (labels, value as f64)).collect();
        Self { name, help, kind: Kind::Counter, values }
    }

    /// A counter that is no whole number.
    pub(crate) fn decimal_counter(name: &'static str, help: &'static str, value: f64) -> Self {
        Self { kind: Kind::Counter, ..Self::decimal(name, help, value) }
    }
}

#[cfg(test)]
impl Sample {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }
}

/// Reads samples whenever the page is asked for.
pub(super) struct Samples(Box<dyn Fn() -> Vec<Sample> + Send + Sync>);

impl Samples {
    pub(super) fn new(read: impl Fn() -> Vec<Sample> + Send + Sync + 'static) -> Self {
        Self(Box::new(read))
    }
}

impl fmt::Debug for Samples {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Samples")
    }
}

impl Collector for Samples {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        for sample in (self.0)() {
            let kind = match sample.kind {
                Kind::Counter => MetricType::Counter,
                Kind::Gauge => MetricType::Gauge,
            };
            let mut metric = encoder.encode_descriptor(sample.name, sample.help, None, kind)?;
            for (labels, value) in &sample.values {
                if labels.is_empty() {
                    write(&mut metric, sample.kind, *value)?;
                } else {
                    write(&mut metric.encode_family(labels)?, sample.kind, *value)?;
                }
            }
        }
        Ok(())
    }
}

fn write(metric: &mut MetricEncoder<'_>, kind: Kind, value: f64) -> fmt::Result {
    match kind {
        Kind::Counter => metric.encode_counter::<NoLabelSet, f64, f64>(&value, None),
        Kind::Gauge => metric.encode_gauge(&value),
    }
}
