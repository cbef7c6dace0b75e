package dev.lilla.tokenizer;

import java.util.Arrays;

/// The most probable segmentation under a unigram language model, by Viterbi (T5, XLM-R, ALBERT).
///
/// Source: Kudo, arXiv 1804.10959; as in SentencePiece, an unknown code point costs 10 more than the worst piece.
final class Unigram implements PieceEncoder {
    private static final double UNKNOWN_PENALTY = 10;

    private final TextTrie trie = new TextTrie();
    private final double[] scores;
    private final double unknownScore;
    private final CodePointBpe.Fallback fallback;

    /// @param pieces by id; null or empty for ids that are no piece
    /// @param scores log-probabilities by id
    Unigram(String[] pieces, double[] scores, CodePointBpe.Fallback fallback) {
        this.scores = scores.clone();
        this.fallback = fallback;
        double least = Double.POSITIVE_INFINITY;
        for (int id = 0; id < pieces.length; id++) {
            if (!pieces[id].isEmpty()) {
                trie.put(pieces[id], id);
                least = Math.min(least, scores[id]);
            }
        }
        unknownScore = (least == Double.POSITIVE_INFINITY ? 0 : least) - UNKNOWN_PENALTY;
    }

    @Override
    public void encode(String text, int from, int to, IdBuffer out) {
        int length = to - from;
        double[] best = new double[length + 1];
        int[] bestStart = new int[length + 1];
        int[] bestId = new int[length + 1];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        best[0] = 0;
        int step;
        for (int at = 0; at < length; at += step) {
            step = Character.charCount(text.codePointAt(from + at));
            int node = trie.root();
            boolean single = false;
            for (int end = at; end < length; end++) {
                node = trie.step(node, text.charAt(from + end));
                if (node < 0) {
                    break;
                }
                int id = trie.value(node);
                if (id >= 0) {
                    relax(best, bestStart, bestId, new int[] {at, end + 1, id}, scores[id]);
                    single |= end + 1 == at + step;
                }
            }
            if (!single) {
                relax(best, bestStart, bestId, new int[] {at, at + step, -1}, unknownScore);
            }
        }
        write(text, from, bestStart, bestId, out);
    }

    private static void relax(double[] best, int[] bestStart, int[] bestId, int[] edge, double score) {
        double total = best[edge[0]] + score;
        if (total > best[edge[1]]) {
            best[edge[1]] = total;
            bestStart[edge[1]] = edge[0];
            bestId[edge[1]] = edge[2];
        }
    }

    private void write(String text, int from, int[] bestStart, int[] bestId, IdBuffer out) {
        int pieces = 0;
        int[] ends = new int[bestStart.length];
        for (int end = bestStart.length - 1; end > 0; end = bestStart[end]) {
            ends[pieces++] = end;
        }
        boolean afterUnknown = false;
        for (int i = pieces - 1; i >= 0; i--) {
            int id = bestId[ends[i]];
            int[] ids = id >= 0 ? new int[] {id} : fallback.ids(text.codePointAt(from + bestStart[ends[i]]));
            boolean unknown = id < 0 && ids.length == 1 && ids[0] == fallback.unknown();
            if (!(unknown && afterUnknown && fallback.fuses())) {
                out.addAll(ids, ids.length);
            }
            afterUnknown = unknown;
        }
    }
}
