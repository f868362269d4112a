"""From the folder of a run to a challenger and its verdict, see ``ml.contracts.retrain``."""
