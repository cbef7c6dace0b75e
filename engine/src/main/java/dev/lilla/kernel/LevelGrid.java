package dev.lilla.kernel;

/// The numbers that stored levels stand for before they are scaled; levels count from 0, numbers rise.
sealed interface LevelGrid {
    /// The level whose number is nearest to `x`.
    int nearest(float x);

    /// The number of a level.
    float value(int level);

    int levels();

    /// Where the first scale tried puts the value farthest from zero.
    float anchor();

    /// How far the next scales tried put it from there.
    float step();

    /// Whole numbers from `first` to `last`.
    record Uniform(int first, int last) implements LevelGrid {
        @Override
        public int nearest(float x) {
            return Rounding.clamp(Rounding.nearest(x), first, last) - first;
        }

        @Override
        public float value(int level) {
            return level + first;
        }

        @Override
        public int levels() {
            return last - first + 1;
        }

        @Override
        public float anchor() {
            return first < 0 ? first : last;
        }

        @Override
        public float step() {
            return 0.1f;
        }
    }

    /// The 16 uneven numbers of [NonlinearBlocks].
    record Nonlinear() implements LevelGrid {
        @Override
        public int nearest(float x) {
            return NonlinearBlocks.nearestLevel(x);
        }

        @Override
        public float value(int level) {
            return NonlinearBlocks.LEVELS[level];
        }

        @Override
        public int levels() {
            return NonlinearBlocks.LEVELS.length;
        }

        @Override
        public float anchor() {
            return NonlinearBlocks.LEVELS[0];
        }

        @Override
        public float step() {
            return 1;
        }
    }
}
