package dev.lilla.project;

import dev.lilla.store.CatalogModel;
import dev.lilla.store.CatalogOrigin;
import dev.lilla.store.License;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a model must be, whatever its type: licensed for the job, made for its languages, with room for its requests.
final class CandidateFilter {
    private final Project project;
    private final Workload workload;

    CandidateFilter(Project project, Workload workload) {
        this.project = project;
        this.workload = workload;
    }

    /// Why the model is out, if it is.
    Optional<RejectedModel> reject(CatalogModel model) {
        if (isNamed(project.candidates().exclude(), model)) {
            return out(model, "excluded", "candidates.exclude names it");
        }
        boolean isAskedFor = isNamed(project.candidates().models(), model);
        if (model.origin().purpose() == CatalogOrigin.Purpose.DEMONSTRATION && !isAskedFor) {
            return out(
                    model, "demonstration", "made to show how Lilla works; name it under candidates.models to try it");
        }
        if (!isLicensed(model.license())) {
            String terms = model.license().terms().isEmpty()
                    ? ""
                    : ": " + String.join("; ", model.license().terms());
            return out(
                    model,
                    "license",
                    model.license().name() + terms + "; the goal allows "
                            + String.join(", ", project.goal().terms().licenses()));
        }
        List<String> missing = project.goal().terms().languages().stream()
                .filter(code ->
                        !model.languages().names(code) && !model.languages().claimsMore())
                .toList();
        if (!missing.isEmpty()) {
            return out(
                    model,
                    "language",
                    "not made for " + String.join(", ", missing) + ", but for "
                            + String.join(" ", model.languages().codes()));
        }
        if (workload.context() > model.shape().context()) {
            return out(
                    model,
                    "context",
                    "takes " + model.shape().context() + " tokens, and the longest request with its answer has "
                            + workload.context());
        }
        return Optional.empty();
    }

    /// What is to be known of a model that passed: terms, and languages that are only claimed.
    List<String> remarks(CatalogModel model) {
        List<String> claimed = project.goal().terms().languages().stream()
                .filter(code -> !model.languages().names(code))
                .toList();
        List<String> remarks = new ArrayList<>();
        if (!claimed.isEmpty()) {
            remarks.add("its publisher claims " + model.languages().claimed() + " languages without naming "
                    + String.join(", ", claimed));
        }
        if (model.license().commercialUse() != License.Permission.YES) {
            remarks.add(model.license().name() + ": "
                    + String.join("; ", model.license().terms()));
        }
        return remarks;
    }

    private boolean isLicensed(License license) {
        return project.goal().terms().licenses().stream().anyMatch(wanted -> switch (wanted) {
            case "any" -> true;
            case "open" -> license.commercialUse() == License.Permission.YES;
            case "commercial" ->
                license.commercialUse() == License.Permission.YES
                        || license.commercialUse() == License.Permission.CONDITIONAL;
            default -> license.id().equalsIgnoreCase(wanted);
        });
    }

    private static boolean isNamed(List<String> names, CatalogModel model) {
        return names.stream()
                .anyMatch(name -> name.equalsIgnoreCase(model.name())
                        || model.hub().filter(name::equalsIgnoreCase).isPresent()
                        || model.origin().variants().stream()
                                .anyMatch(variant -> variant.hub().equalsIgnoreCase(name)));
    }

    private static Optional<RejectedModel> out(CatalogModel model, String filter, String reason) {
        return Optional.of(new RejectedModel(model.name(), filter, reason));
    }
}
