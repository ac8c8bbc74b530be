//! Scenarios that hold on either engine.

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");

/// Makes of each scenario, a function of an [`Engine`](countersign_testkit::app::Engine), a test for either.
macro_rules! on_both_engines {
    ($($scenario:ident),+ $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $scenario() {
                    super::$scenario(countersign_testkit::app::Engine::Sqlite).await;
                }
            )+
        }
        mod on_postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $scenario() {
                    let name = concat!(module_path!(), "::", stringify!($scenario));
                    if countersign_testkit::postgres::is_there(name) {
                        super::$scenario(countersign_testkit::app::Engine::Postgres).await;
                    }
                }
            )+
        }
    };
}
