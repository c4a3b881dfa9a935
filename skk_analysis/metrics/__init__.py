from skk_analysis.metrics.design import SurveyDesign
from skk_analysis.metrics.index import inequality_table
from skk_analysis.metrics.inequality import gini
__all__=["SurveyDesign","inequality_table","gini"]
