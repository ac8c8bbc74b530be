//! Why an account was refused something.

/// What only calls of accounts are refused for. All else has its place in [`Error`](crate::Error).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The tenant takes no new accounts.
    #[error("Nobody can sign up here at present.")]
    SignUpOff,
    /// No account has this address. Told only where the tenant reveals accounts.
    #[error("No account has this address.")]
    UnknownAddress,
    /// The address of the account is not verified yet.
    #[error("The address is not verified yet. Follow the link that was sent there.")]
    Unverified,
    /// The account lets nobody in.
    #[error("This account is disabled.")]
    Disabled,
    /// Another account has the address.
    #[error("This address has an account already. Sign in instead.")]
    AddressTaken,
    /// The address is verified already. Told only where the tenant reveals accounts.
    #[error("This address is verified already.")]
    AlreadyVerified,
    /// A link may not lead there (checklist 79).
    #[error("redirectTo is not allowed. Add it to accounts.redirectUrls, or use the client URL or what lies below it.")]
    Redirect,
    /// A role that the tenant does not give to new accounts.
    #[error("A role of allowedRoles is not one of accounts.roles.")]
    Role,
    /// A default role outside of the roles asked for.
    #[error("defaultRole is not one of the allowed roles.")]
    DefaultRole,
    /// The session's proof is older than ten minutes, or the tenant wants it elevated (checklist 70).
    #[error("This needs a fresh proof. Elevate the session first: POST /elevate/webauthn.")]
    ProofWanted,
    /// A refresh token that is none, was exchanged before, or whose session has ended.
    #[error("The refresh token is not valid any more. Sign in again.")]
    RefreshToken,
    /// A code to be exchanged that is none, was used, is over, or came without its verifier.
    #[error("The code is not valid any more, or its verifier is another one.")]
    Code,
}
