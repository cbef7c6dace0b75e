package dev.lilla.kernel.x64;

/// How a vector instruction is encoded (Intel SDM volume 2, "VEX.256.66.0F38.W0 B8 /r" and the like).
///
/// @param map 1 for `0F`, 2 for `0F38`, 3 for `0F3A`
/// @param prefix 0 for none, 1 for `66`, 2 for `F3`, 3 for `F2`
/// @param w the W bit where AVX-512 encodes it
/// @param vexW the W bit where AVX encodes it
/// @param tuple what an operand in memory spans
/// @param form which encodings exist
/// @param widths which vectors it works on
record VectorOp(int map, int prefix, int opcode, int w, int vexW, Tuple tuple, Form form, Widths widths) {
    /// The bytes that a one-byte displacement counts in: AVX-512 scales it by them.
    enum Tuple {
        /// A whole vector, or one broadcast element of 32 bits.
        FULL,
        /// A whole vector of 64-bit elements, or one broadcast.
        FULL_64,
        /// A whole vector, never broadcast.
        MEMORY,
        HALF,
        QUARTER,
        BYTES_32,
        BYTES_16,
        BYTES_8,
        BYTES_4,
        BYTES_2,
        BYTE,
        /// One element of 32 bits at each index of a vector.
        GATHER;

        int bytes(int vectorBytes, boolean isBroadcast) {
            return switch (this) {
                case FULL -> isBroadcast ? 4 : vectorBytes;
                case FULL_64 -> isBroadcast ? 8 : vectorBytes;
                case MEMORY -> vectorBytes;
                case HALF -> vectorBytes / 2;
                case QUARTER -> vectorBytes / 4;
                case BYTES_32 -> 32;
                case BYTES_16 -> 16;
                case BYTES_8 -> 8;
                case BYTES_4, GATHER -> 4;
                case BYTES_2 -> 2;
                case BYTE -> 1;
            };
        }

        /// The width of a register in the place of such an operand.
        int registerBits(int vectorBits) {
            return switch (this) {
                case FULL, FULL_64, MEMORY -> vectorBits;
                case HALF -> Math.max(128, vectorBits / 2);
                case QUARTER -> Math.max(128, vectorBits / 4);
                case BYTES_32 -> 256;
                case BYTES_16, BYTES_8, BYTES_4, BYTES_2, BYTE, GATHER -> 128;
            };
        }

        boolean broadcasts() {
            return this == FULL || this == FULL_64;
        }
    }

    enum Form {
        /// The shorter encoding wherever the operands allow it.
        ANY,
        AVX_ONLY,
        AVX512_ONLY
    }

    enum Widths {
        ANY(128, 512),
        /// One lane of a register named with 128 bits.
        SCALAR(128, 128),
        FROM_256(256, 512),
        ONLY_512(512, 512);

        private final int least;
        private final int most;

        Widths(int least, int most) {
            this.least = least;
            this.most = most;
        }

        boolean contain(int bits) {
            return bits >= least && bits <= most;
        }
    }

    /// An instruction that both AVX and AVX-512 have, W = 0.
    static VectorOp both(int map, int prefix, int opcode, Tuple tuple) {
        return new VectorOp(map, prefix, opcode, 0, 0, tuple, Form.ANY, Widths.ANY);
    }

    static VectorOp avx(int map, int prefix, int opcode) {
        return new VectorOp(map, prefix, opcode, 0, 0, Tuple.MEMORY, Form.AVX_ONLY, Widths.ANY);
    }

    static VectorOp avx512(int map, int prefix, int opcode, int w, Tuple tuple) {
        return new VectorOp(map, prefix, opcode, w, w, tuple, Form.AVX512_ONLY, Widths.ANY);
    }

    /// The same with W = 1 in AVX-512 alone.
    VectorOp wide() {
        return new VectorOp(map, prefix, opcode, 1, vexW, tuple, form, widths);
    }

    /// The same with W = 1 in both.
    VectorOp wideBoth() {
        return new VectorOp(map, prefix, opcode, 1, 1, tuple, form, widths);
    }

    VectorOp with(Tuple other) {
        return new VectorOp(map, prefix, opcode, w, vexW, other, form, widths);
    }

    VectorOp with(Widths other) {
        return new VectorOp(map, prefix, opcode, w, vexW, tuple, form, other);
    }
}
