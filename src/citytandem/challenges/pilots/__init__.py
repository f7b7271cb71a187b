"""What a pilot showed: measurements before and after, the change with its uncertainty, costs. Pure: numpy and scipy."""
