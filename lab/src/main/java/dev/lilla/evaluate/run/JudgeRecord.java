package dev.lilla.evaluate.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lilla.evaluate.metric.Match;
import dev.lilla.evaluate.run.PairwiseJudge.Judgement;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.Interval;
import dev.lilla.evaluate.statistics.MeanTally;
import dev.lilla.evaluate.statistics.Wilson;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a judge said in an evaluation, and how far it is to be believed.
///
/// @param model its name, and where it answers if not here
/// @param digest tells its weights from others; a dash for a judge elsewhere
/// @param instruction digest of what it was told
/// @param pairings of the models whose answers it compared
/// @param ratings of the models, 1000 on average; empty for two models, or where there are none
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record JudgeRecord(
        String model, String digest, String instruction, List<Pairing> pairings, Map<String, Double> ratings) {
    public JudgeRecord {
        pairings = List.copyOf(pairings);
        ratings = Collections.unmodifiableMap(new LinkedHashMap<>(ratings));
    }

    /// Two models.
    ///
    /// @param examples that both answered
    /// @param winShare wins of the first, ties as half
    /// @param consistency share of pairs on which both orders agree
    /// @param people agreement with verdicts of people, where there are any
    public record Pairing(
            String first,
            String second,
            int examples,
            double winShare,
            double low,
            double high,
            double consistency,
            Optional<Agreement> people) {
        /// @param labels verdicts of people by the index of their example
        public static Pairing of(String first, String second, Judgement judgement, Map<Integer, Double> labels) {
            double[] outcomes =
                    judgement.matches().stream().mapToDouble(Match::outcome).toArray();
            Interval interval = Bootstrap.DEFAULT.interval(new MeanTally(outcomes));
            return new Pairing(
                    first,
                    second,
                    outcomes.length,
                    judgement.winShare(),
                    interval.low(),
                    interval.high(),
                    judgement.consistency(),
                    labels.isEmpty() ? Optional.empty() : Optional.of(Agreement.of(judgement, labels)));
        }
    }

    /// How often judge and person say the same.
    ///
    /// @param labelled pairs that people judged too
    /// @param share on which both agree, with its 95 % interval
    public record Agreement(int labelled, double share, double low, double high) {
        static Agreement of(Judgement judgement, Map<Integer, Double> labels) {
            double share = judgement.agreement(labels);
            Interval interval = Wilson.interval(Math.round(share * labels.size()), labels.size());
            return new Agreement(labels.size(), share, interval.low(), interval.high());
        }
    }

    /// What a judge was told, as records have it.
    public static String instruction(PairwiseJudge judge) {
        return Digests.shortened(judge.instruction());
    }

    /// For programs.
    public JsonNode json() {
        return JsonMapper.shared().valueToTree(this);
    }
}
