package dev.lilla.cli;

import java.util.Optional;

/// One thing that `lilla doctor` looked at.
///
/// @param finding what is there
/// @param remedy what to do about it; empty where nothing is wrong
record Check(String name, Status status, String finding, String remedy) {
    enum Status {
        OK,
        /// Works, but slower or with less than it could.
        WARNING,
        /// Something will not work.
        PROBLEM
    }

    static Check ok(String name, String finding) {
        return new Check(name, Status.OK, finding, "");
    }

    static Check warning(String name, String finding, String remedy) {
        return new Check(name, Status.WARNING, finding, remedy);
    }

    static Check problem(String name, String finding, String remedy) {
        return new Check(name, Status.PROBLEM, finding, remedy);
    }

    Optional<String> advice() {
        return remedy.isEmpty() ? Optional.empty() : Optional.of(remedy);
    }
}
