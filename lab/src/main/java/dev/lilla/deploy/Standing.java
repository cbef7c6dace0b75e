package dev.lilla.deploy;

/// Whether a part of a promise still holds.
public enum Standing {
    MET,
    /// These examples leave it open.
    UNSETTLED,
    /// These examples say that it does not hold, beyond what chance explains.
    MISSED,
    /// It was missed when the variant was deployed, and somebody overruled that: nobody promised it.
    NOT_PROMISED
}
