package dev.lilla.decision;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lilla.evaluate.run.MemoryBasis;
import dev.lilla.format.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What was chosen for a project, why, and with which numbers, as `decision.json` keeps it.
///
/// @param format [#FORMAT]
/// @param project its name
/// @param created when, as ISO 8601 in UTC
/// @param program that measured, with its version
/// @param machine on which it was measured
/// @param goal what was asked for
/// @param data how many examples there were
/// @param protocol facts that every score depends on besides the model
/// @param variants all that were evaluated
/// @param tests each variant against its parent, and the models as they were found against each other
/// @param baselines what answers without a model come to
/// @param choice what is recommended, in words
/// @param prices that costs come from
/// @param overrulings what was deployed against the advice of this record
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DecisionRecord(
        String format,
        String project,
        String created,
        String program,
        Machine machine,
        AskedFor goal,
        Examples data,
        Map<String, String> protocol,
        List<VariantRecord> variants,
        List<TestRecord> tests,
        List<Baseline> baselines,
        ChoiceRecord choice,
        PriceBasis prices,
        List<Overruling> overrulings) {
    /// The first field of every such file.
    public static final String FORMAT = "lilla-decision-1";

    /// The usual name.
    public static final String FILE_NAME = "decision.json";

    private static final long BYTES_MAX = 16 << 20;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public DecisionRecord {
        protocol = protocol == null ? Map.of() : Map.copyOf(protocol);
        variants = variants == null ? List.of() : List.copyOf(variants);
        tests = tests == null ? List.of() : List.copyOf(tests);
        baselines = baselines == null ? List.of() : List.copyOf(baselines);
        overrulings = overrulings == null ? List.of() : List.copyOf(overrulings);
    }

    /// @param processor as it calls itself
    /// @param arithmetic which kernels computed
    public record Machine(String processor, int cores, long memoryBytes, String arithmetic) {}

    /// @param task as in the project file
    /// @param metric by which quality is measured
    /// @param criteria what it asks for, in the units of [Criterion.Kind]
    public record AskedFor(String task, String metric, List<Asked> criteria) {}

    /// One limit of a goal.
    public record Asked(Criterion.Kind kind, double limit) {}

    /// Examples of each part, and a digest of those that were judged by.
    public record Examples(int train, int validation, int test, String digest) {}

    /// A variant and what it came to.
    ///
    /// @param file its path from the folder of this record
    /// @param digest tells its weights from others
    /// @param made what was done to the model as it was found
    /// @param memoryBasis which process took `memoryBytes`; empty in records of before it was told apart
    /// @param isFrontier whether no other variant beats it
    /// @param host that texts go to, for a model elsewhere; its file is then empty
    public record VariantRecord(
            String name,
            String file,
            String digest,
            List<String> made,
            Optional<String> parent,
            Quality quality,
            double answerMillisP50,
            double answerMillisP95,
            OptionalDouble tokensPerSecond,
            OptionalLong memoryBytes,
            Optional<MemoryBasis> memoryBasis,
            long diskBytes,
            double costPer1000,
            List<CriterionRecord> criteria,
            boolean meetsGoal,
            boolean isFrontier,
            Optional<String> host) {
        public VariantRecord {
            made = made == null ? List.of() : List.copyOf(made);
            criteria = criteria == null ? List.of() : List.copyOf(criteria);
        }
    }

    /// A share of 0 to 1 with its 95 % interval.
    public record Quality(double value, double low, double high) {}

    /// @param limit in the unit of its kind
    public record CriterionRecord(Criterion.Kind kind, double limit, double found, Criterion.Verdict verdict) {}

    /// A paired test.
    ///
    /// @param difference quality of the first less that of the second, 0 to 1
    /// @param p corrected for all tests of the record
    public record TestRecord(
            String first,
            String second,
            double difference,
            double low,
            double high,
            String test,
            double p,
            boolean isSignificant) {}

    /// Answers without a model.
    public record Baseline(String name, Quality quality) {}

    /// What is recommended.
    ///
    /// @param variant its name; the nearest one where none meets the goal
    /// @param verdict in a sentence
    public record ChoiceRecord(
            String variant,
            boolean meetsGoal,
            String verdict,
            List<String> reasons,
            List<String> givenUp,
            List<String> certainty) {}

    /// @param date of the prices
    public record PriceBasis(String currency, String date, boolean isAssumed) {}

    /// A variant that was deployed although this record does not recommend it.
    ///
    /// @param variant its name
    /// @param missed what of the goal it missed
    /// @param reason given by whoever did it
    /// @param when as ISO 8601 in UTC
    public record Overruling(String variant, List<String> missed, String reason, String when) {}

    /// The variant of a name.
    public Optional<VariantRecord> variant(String name) {
        return variants.stream().filter(variant -> variant.name().equals(name)).findFirst();
    }

    /// The same with one more overruling.
    public DecisionRecord with(Overruling overruling) {
        List<Overruling> more = new ArrayList<>(overrulings);
        more.add(overruling);
        return new DecisionRecord(
                format, project, created, program, machine, goal, data, protocol, variants, tests, baselines, choice,
                prices, more);
    }

    /// As it is written.
    public JsonNode json() {
        return MAPPER.valueToTree(this);
    }

    /// Reads a record.
    ///
    /// @throws IllegalArgumentException if it is none; the message names the file
    public static DecisionRecord read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException(
                        "there is no decision record at " + file + ". \"lilla optimize\" makes one.");
            }
            if (Files.size(file) > BYTES_MAX) {
                throw new IllegalArgumentException(file + ": has " + Files.size(file)
                        + " bytes, a decision record has at most " + BYTES_MAX + ".");
            }
            DecisionRecord record = MAPPER.readValue(Files.readString(file), DecisionRecord.class);
            record.check(file);
            return record;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is not UTF-8 text.", e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": is no decision record: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private void check(Path file) {
        if (!FORMAT.equals(format)) {
            throw new IllegalArgumentException(file + ": 'format' is " + format + ", expected \"" + FORMAT
                    + "\". It is no decision record of " + "this version; make it again with \"lilla optimize\".");
        }
        if (goal == null || data == null || choice == null || machine == null || prices == null) {
            throw new IllegalArgumentException(
                    file + ": lacks one of machine, goal, data, choice and prices. Make it again: \"lilla optimize\".");
        }
        for (VariantRecord variant : variants) {
            if (variant.name() == null
                    || variant.file() == null
                    || variant.digest() == null
                    || variant.quality() == null) {
                throw new IllegalArgumentException(file + ": a variant lacks one of name, file, digest and quality."
                        + " Make it again: \"lilla optimize\".");
            }
        }
        if (variant(choice.variant()).isEmpty()) {
            throw new IllegalArgumentException(file + ": chooses \"" + choice.variant() + "\", which is none of "
                    + variants.stream().map(VariantRecord::name).toList() + ".");
        }
    }

    /// Writes it in place of an older one.
    public void write(Path file) {
        WholeFile.write(file, MAPPER.writeValueAsString(this) + "\n");
    }
}
