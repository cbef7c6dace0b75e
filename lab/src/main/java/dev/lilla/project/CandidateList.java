package dev.lilla.project;

import java.util.List;

/// Who may do the job on this machine, and who not, and why.
///
/// @param chosen as many as the project compares, the best type of each model, best first
/// @param others that passed the filters too, best first
/// @param memoryAllowed bytes that a process may take
public record CandidateList(
        List<Candidate> chosen,
        List<Candidate> others,
        List<RejectedModel> rejected,
        Workload workload,
        long memoryAllowed,
        List<String> notes) {
    public CandidateList {
        chosen = List.copyOf(chosen);
        others = List.copyOf(others);
        rejected = List.copyOf(rejected);
        notes = List.copyOf(notes);
    }
}
