package dev.lilla.cli;

/// What numbers an option takes, said before anything is computed with them.
final class OptionBounds {
    private OptionBounds() {}

    /// @param option as it is written on the command line
    /// @throws IllegalArgumentException if the value is not within the bounds, which are allowed themselves
    static long within(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + " is " + value + ", expected " + least + " to " + most);
        }
        return value;
    }

    /// @throws IllegalArgumentException if the value is below a bound, which is allowed itself
    static int atLeast(String option, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(option + " is " + value + ", expected " + least + " or more");
        }
        return value;
    }
}
