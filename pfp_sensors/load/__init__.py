"""Load management: from a diary to the next run's limits, a week, a stage and a reason for each."""
