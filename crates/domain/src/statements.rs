//! Every statement of the domain, for the test that checks and prepares them on both engines.

use countersign_db::Statement;

use crate::{
    account, action, audit, authenticator, challenge, delivery, jobs, limit, methods, ring, session, signing, sweep,
    tenant, user,
};

/// All of them.
pub fn statements() -> Vec<&'static Statement> {
    let rooms = [
        account::STATEMENTS,
        account::IMPORT_STATEMENTS,
        action::STATEMENTS,
        audit::STATEMENTS,
        &authenticator::statements(),
        challenge::STATEMENTS,
        delivery::STATEMENTS,
        jobs::STATEMENTS,
        limit::STATEMENTS,
        &methods::statements(),
        ring::STATEMENTS,
        session::STATEMENTS,
        signing::STATEMENTS,
        tenant::STATEMENTS,
        user::STATEMENTS,
    ];
    [rooms.concat(), sweep::all_statements()].concat()
}
