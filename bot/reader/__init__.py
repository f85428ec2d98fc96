"""The learnt reader: a small encoder with heads for the answer, the verdict and reports of incidents."""
