package dev.lilla.generate;

/// How a [BatchScheduler] shares its model.
///
/// @param rowsMax the most tokens of a step; no more than the decoder's are used
/// @param promptRowsBesideText the most prompt tokens of a step that also writes: how long a text waits for its next
///     token while a prompt is read
/// @param runningMax the most texts that are read and written side by side
/// @param queuedMax the most texts that wait for their first place
/// @param queuedPerTenantMax the same for each tenant
/// @param eventsMax events that a reader may leave untaken before its texts wait
public record SchedulerOptions(
        int rowsMax, int promptRowsBesideText, int runningMax, int queuedMax, int queuedPerTenantMax, int eventsMax) {
    public SchedulerOptions {
        requirePositive("rows of a step", rowsMax);
        requirePositive("prompt rows beside text", promptRowsBesideText);
        requirePositive("running texts", runningMax);
        requirePositive("queued texts", queuedMax);
        requirePositive("queued texts of a tenant", queuedPerTenantMax);
        requirePositive("events left untaken", eventsMax);
    }

    /// 512 rows a step as the decoder has unless said otherwise, and 64 of them for prompts while others write: there
    /// the arithmetic of a product already outweighs the reading of its weights, so smaller chunks would only make
    /// prompts slower.
    public static SchedulerOptions defaults() {
        return new SchedulerOptions(512, 64, 32, 256, 64, 256);
    }

    public SchedulerOptions withRowsMax(int value) {
        return new SchedulerOptions(value, promptRowsBesideText, runningMax, queuedMax, queuedPerTenantMax, eventsMax);
    }

    public SchedulerOptions withPromptRowsBesideText(int value) {
        return new SchedulerOptions(rowsMax, value, runningMax, queuedMax, queuedPerTenantMax, eventsMax);
    }

    public SchedulerOptions withRunningMax(int value) {
        return new SchedulerOptions(rowsMax, promptRowsBesideText, value, queuedMax, queuedPerTenantMax, eventsMax);
    }

    /// @param perTenant of these
    public SchedulerOptions withQueuedMax(int value, int perTenant) {
        return new SchedulerOptions(rowsMax, promptRowsBesideText, runningMax, value, perTenant, eventsMax);
    }

    public SchedulerOptions withEventsMax(int value) {
        return new SchedulerOptions(rowsMax, promptRowsBesideText, runningMax, queuedMax, queuedPerTenantMax, value);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be 1 or more, found " + value);
        }
    }
}
