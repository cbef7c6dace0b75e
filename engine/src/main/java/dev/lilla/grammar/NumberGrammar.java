package dev.lilla.grammar;

import static dev.lilla.grammar.Expression.choice;
import static dev.lilla.grammar.Expression.sequence;
import static dev.lilla.grammar.Expression.text;

import dev.lilla.grammar.Expression.Edge;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Numbers between bounds, digit by digit and exactly.
final class NumberGrammar {
    /// The largest integer written: 18 digits, which every reader holds in 64 bits.
    private static final BigInteger INTEGER_MAX = BigInteger.TEN.pow(18).subtract(BigInteger.ONE);
    /// Significant digits of a bounded number: any two of so many are different doubles.
    private static final int DIGITS_MAX = 15;
    /// Digits before the point where a side has no bound.
    private static final int WHOLE_DIGITS = 9;

    private NumberGrammar() {}

    /// A bound of an interval.
    ///
    /// @param exclusive whether the value itself is outside
    record Bound(BigDecimal value, boolean exclusive) {
        Bound negated() {
            return new Bound(value.negate(), exclusive);
        }
    }

    /// Integers of an interval, without point or exponent; [Expression#NOTHING] if there is none.
    ///
    /// @param least null for none
    /// @param most null for none
    static Expression integers(@Nullable Bound least, @Nullable Bound most) {
        BigInteger from = INTEGER_MAX.negate();
        BigInteger to = INTEGER_MAX;
        if (least != null) {
            BigInteger whole = least.value().setScale(0, RoundingMode.CEILING).toBigInteger();
            boolean isOut = least.exclusive() && new BigDecimal(whole).compareTo(least.value()) == 0;
            from = from.max(isOut ? whole.add(BigInteger.ONE) : whole);
        }
        if (most != null) {
            BigInteger whole = most.value().setScale(0, RoundingMode.FLOOR).toBigInteger();
            boolean isOut = most.exclusive() && new BigDecimal(whole).compareTo(most.value()) == 0;
            to = to.min(isOut ? whole.subtract(BigInteger.ONE) : whole);
        }
        List<Expression> options = new ArrayList<>();
        if (from.signum() < 0) {
            BigInteger smallest = to.signum() < 0 ? to.negate() : BigInteger.ONE;
            options.add(sequence(text("-"), naturals(smallest, from.negate())));
        }
        options.add(naturals(from.max(BigInteger.ZERO), to));
        return new Expression.Choice(options);
    }

    /// Decimal numbers of an interval, without exponent.
    ///
    /// @param least null for none
    /// @param most null for none
    static Expression decimals(@Nullable Bound least, @Nullable Bound most) {
        int whole = WHOLE_DIGITS;
        for (Bound bound : new Bound[] {least, most}) {
            whole = bound == null
                    ? whole
                    : Math.max(
                            whole, bound.value().toBigInteger().abs().toString().length());
        }
        whole = Math.min(whole, DIGITS_MAX);
        int fraction = DIGITS_MAX - whole;
        Bound end = new Bound(BigDecimal.TEN.pow(whole), true);
        Bound from = least == null || least.value().compareTo(end.value().negate()) < 0 ? end.negated() : least;
        Bound to = most == null || most.value().compareTo(end.value()) > 0 ? end : most;
        if (from.value().compareTo(to.value()) > 0) {
            return Expression.NOTHING;
        }
        Bound zero = new Bound(BigDecimal.ZERO, false);
        List<Expression> options = new ArrayList<>();
        if (from.value().signum() < 0) {
            Bound smallest = to.value().signum() < 0 ? to.negated() : zero;
            boolean zeroIsOut = to.value().signum() == 0 && to.exclusive();
            options.add(sequence(
                    text("-"),
                    positive(zeroIsOut ? new Bound(BigDecimal.ZERO, true) : smallest, from.negated(), fraction)));
        }
        if (to.value().signum() >= 0) {
            options.add(positive(from.value().signum() < 0 ? zero : from, to, fraction));
        }
        return new Expression.Choice(options);
    }

    /// Natural numbers of an interval.
    private static Expression naturals(BigInteger from, BigInteger to) {
        List<Expression> options = new ArrayList<>();
        BigInteger least = from;
        while (least.compareTo(to) <= 0) {
            String low = least.toString();
            BigInteger lengthEnd = BigInteger.TEN.pow(low.length()).subtract(BigInteger.ONE);
            options.add(sameLength(low, lengthEnd.min(to).toString()));
            least = lengthEnd.add(BigInteger.ONE);
        }
        return new Expression.Choice(options);
    }

    /// Digits between two texts of one length.
    private static Expression sameLength(String low, String high) {
        if (low.isEmpty()) {
            return Expression.EMPTY;
        }
        char first = low.charAt(0);
        char last = high.charAt(0);
        String lowRest = low.substring(1);
        String highRest = high.substring(1);
        if (first == last) {
            return sequence(text(String.valueOf(first)), sameLength(lowRest, highRest));
        }
        int rest = lowRest.length();
        List<Expression> options = new ArrayList<>();
        options.add(sequence(text(String.valueOf(first)), sameLength(lowRest, "9".repeat(rest))));
        if (last - first > 1) {
            options.add(sequence(
                    new Expression.Bytes(first + 1, last - 1), new Expression.Repeat(JsonSyntax.DIGIT, rest, rest)));
        }
        options.add(sequence(text(String.valueOf(last)), sameLength("0".repeat(rest), highRest)));
        return new Expression.Choice(options);
    }

    /// Numbers of zero or more between two bounds.
    private static Expression positive(Bound least, Bound most, int digits) {
        BigInteger low = least.value().toBigInteger();
        BigInteger high = most.value().toBigInteger();
        if (low.equals(high)) {
            return sequence(text(low.toString()), fraction(least, most, digits));
        }
        return choice(
                sequence(text(low.toString()), fraction(least, null, digits)),
                sequence(
                        naturals(low.add(BigInteger.ONE), high.subtract(BigInteger.ONE)), fraction(null, null, digits)),
                sequence(text(high.toString()), fraction(null, most, digits)));
    }

    /// What may stand after the digits before the point, so that the number is between bounds that share these digits.
    private static Expression fraction(@Nullable Bound least, @Nullable Bound most, int digits) {
        String low = least == null ? "" : fractionDigits(least.value());
        String high = most == null ? "" : fractionDigits(most.value());
        // A node for each number of digits and each set of bounds that are still met exactly; the last is the end.
        int end = 4 * (digits + 1) + 1;
        int begin = (least == null ? 0 : 1) + (most == null ? 0 : 2);
        List<Edge> edges = new ArrayList<>();
        if (mayEnd(low, least, high, most, begin, 0)) {
            edges.add(new Edge(0, Expression.EMPTY, end));
        }
        edges.add(new Edge(0, text("."), 1 + begin));
        for (int at = 0; at <= digits; at++) {
            for (int tight = 0; tight < 4; tight++) {
                int node = 1 + 4 * at + tight;
                if (at > 0 && mayEnd(low, least, high, most, tight, at)) {
                    edges.add(new Edge(node, Expression.EMPTY, end));
                }
                for (char digit = '0'; digit <= '9' && at < digits; digit++) {
                    int lowDigit = (tight & 1) == 0 ? -1 : digitAt(low, at);
                    int highDigit = (tight & 2) == 0 ? 'A' : digitAt(high, at);
                    if (digit >= lowDigit && digit <= highDigit) {
                        int next = (digit == lowDigit ? 1 : 0) + (digit == highDigit ? 2 : 0);
                        edges.add(new Edge(node, new Expression.Bytes(digit, digit), 1 + 4 * (at + 1) + next));
                    }
                }
            }
        }
        return new Expression.Network(end + 1, edges);
    }

    private static boolean mayEnd(
            String low, @Nullable Bound least, String high, @Nullable Bound most, int tight, int at) {
        boolean lowFits = true;
        if (least != null && (tight & 1) != 0) {
            // The number so far equals the bound's first digits, and nothing follows.
            lowFits = isZeroFrom(low, at) && !least.exclusive();
        }
        boolean highFits = true;
        if (most != null && (tight & 2) != 0) {
            highFits = !isZeroFrom(high, at) || !most.exclusive();
        }
        return lowFits && highFits;
    }

    private static String fractionDigits(BigDecimal value) {
        String plain = value.stripTrailingZeros().toPlainString();
        int point = plain.indexOf('.');
        return point < 0 ? "" : plain.substring(point + 1);
    }

    private static int digitAt(String digits, int at) {
        return at < digits.length() ? digits.charAt(at) : '0';
    }

    private static boolean isZeroFrom(String digits, int at) {
        for (int i = at; i < digits.length(); i++) {
            if (digits.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }
}
