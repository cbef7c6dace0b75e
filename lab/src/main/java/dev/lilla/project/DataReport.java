package dev.lilla.project;

import java.util.List;
import java.util.Map;

/// What the check of a project's data found.
///
/// @param rows of each part
/// @param labels how often each was seen, for classification; empty for other tasks
/// @param lengths of requests and answers
public record DataReport(List<Finding> findings, Map<Part, Long> rows, Map<String, Long> labels, TextLengths lengths) {
    public DataReport {
        findings = List.copyOf(findings);
        rows = Map.copyOf(rows);
    }

    /// Whether one can go on.
    public boolean isUsable() {
        return findings.stream().noneMatch(finding -> finding.kind().severity() == Finding.Severity.ERROR);
    }
}
