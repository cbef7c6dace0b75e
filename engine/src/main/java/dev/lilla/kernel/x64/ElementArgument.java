package dev.lilla.kernel.x64;

/// The argument block of an [ElementKernel], one field of 8 bytes each. Lengths and distances are in bytes; matrices
/// are f32 at any alignment.
public enum ElementArgument {
    /// How many rows, 0 or more.
    ROWS,
    /// Parts of a row that are computed one like the other, as the heads of a projection: 1 or more.
    PARTS,
    /// From one part to the next, in x and the output.
    PART_STRIDE,
    /// f32 of a part.
    COLUMNS,
    /// The address of row 0 of the first operand.
    X,
    X_STRIDE,
    /// The second operand, the same for all parts of a row.
    Y,
    /// From one row to the next; 0 if one serves all rows.
    Y_STRIDE,
    /// The third operand, the same for all parts of a row.
    Z,
    Z_STRIDE,
    OUT,
    OUT_STRIDE,
    /// An f32: what a norm adds to the variance, or the cap.
    NUMBER,
    /// [#COLUMNS] as an f32.
    COLUMNS_AS_FLOAT,
    /// The address of two f32 for every row, which the derivatives of norms fill.
    ROW_NUMBERS;

    /// More numbers of a kernel, f32, behind the fields.
    public static final int NUMBERS = 12;

    /// Bytes of the block.
    public static final int BYTES = 8 * values().length + 4 * NUMBERS;

    /// Where number `index` of those behind the fields begins.
    public static int numberOffset(int index) {
        return BYTES - 4 * (NUMBERS - index);
    }

    /// Where the field begins.
    @SuppressWarnings("EnumOrdinal") // the order above is the layout
    public int offset() {
        return 8 * ordinal();
    }

    Mem at(Gpr arguments) {
        return Mem.at(arguments, offset());
    }
}
